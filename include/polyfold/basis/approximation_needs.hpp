// What an approximation needs of the weights that it cuts: one set of rules for a layer's type and for the tuner.
#pragma once

#include <polyfold/basis/approximation.hpp>
#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/core/joint.hpp>
#include <polyfold/core/window.hpp>

namespace polyfold::basis {

/// The weights of a layer, as an approximation sees them.
struct weight_extent {
  int filters = 1;  // of all groups
  int groups = 1;
  int channels = 1;  // that a filter reads
  window kernel{};
  bool bias = true;
};

/// The first need of cut `f` on an axis of `length` that is not met.
[[nodiscard]] constexpr requirement needs_of(cut const& f, int length) {
  if (!f.used) return {};
  if (f.order < 0) return unmet(need::order_of_zero_or_more, f.order, 0);
  if (f.basis == basis_kind::polynomial && f.order >= 32) return unmet(need::order_below_32, f.order, 31);
  if (f.segment < 0) return unmet(need::segment_within_axis, f.segment, 0);
  if (f.segment > length) return unmet(need::segment_within_axis, f.segment, length);
  if (f.segment != 0 && f.order >= f.segment) return unmet(need::order_below_segment, f.order, f.segment - 1);
  return {};
}

/// Likewise of arranged weights.
[[nodiscard]] constexpr requirement needs_of(arrangement const& a) {
  if (!a.used) return {};
  if (a.bits < 1) return unmet(need::levels_in_a_byte, a.bits, 1);
  if (a.bits > 8) return unmet(need::levels_in_a_byte, a.bits, 8);
  int const levels = 1 << a.bits;
  if (a.pieces < 1) return unmet(need::equal_pieces, a.pieces, 1);
  cut const piece = curve_cut(a);
  axis_cut const curve(levels, piece);
  if (curve.segments != a.pieces) return unmet(need::equal_pieces, a.pieces, curve.segments);
  if (a.order > 2) return unmet(need::order_of_levels, a.order, 2);
  if (a.order == 2 && !curve.running_sums)
    return unmet(need::short_quadratic_pieces, piece.segment, axis_cut::longest_quadratic_sum);
  return needs_of(piece, levels);
}

/// Likewise of a cut whose segment may be the whole axis: there it has no more functions than the axis has positions.
[[nodiscard]] constexpr requirement needs_along(cut const& f, int length) {
  if (f.used && f.segment == 0 && f.order >= length) return unmet(need::order_within_axis, f.order, length - 1);
  return needs_of(f, length);
}

/// Likewise of a kernel's plane of weights, whose functions have a total degree up to the order. A kernel of one weight has
/// nothing to cut, whatever the order.
[[nodiscard]] constexpr requirement needs_of_plane(cut const& f, window const& kernel) {
  if (!f.used) return {};
  if (f.segment != 0) return unmet(need::whole_kernel, f.segment, 0);
  int const most = kernel.y.size + kernel.x.size - 2;
  if (most > 0 && f.order > most) return unmet(need::order_within_kernel, f.order, most);
  return needs_of(f, kernel.area());
}

/// Likewise of a layer's whole approximation.
[[nodiscard]] constexpr requirement needs_of(approximation const& a, weight_extent const& w) {
  if (a == approximation{}) return {};
  if (a.flat.used && (a.kernel.used || a.channel.used)) return unmet(need::flat_alone);
  if (a.arranged.used && (a.flat.used || a.kernel.used || a.channel.used || a.output.used))
    return unmet(need::arranged_alone);
  if (a.bias.used && !w.bias) return unmet(need::biases_to_cut);
  requirement first = needs_along(a.flat, w.channels * w.kernel.area());
  if (first.kind == need::nothing) first = needs_of_plane(a.kernel, w.kernel);
  if (first.kind == need::nothing) first = needs_along(a.channel, w.channels);
  if (first.kind == need::nothing) first = needs_along(a.output, w.filters / w.groups);
  if (first.kind == need::nothing) first = needs_along(a.bias, w.filters);
  if (first.kind == need::nothing) first = needs_of(a.arranged);
  return first;
}

}  // namespace polyfold::basis
