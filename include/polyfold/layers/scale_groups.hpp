// Which stored parameters of a layer share a scale (see core/quantisation.hpp).
//
// Coefficients lie as [output][channel][kernel plane] (or [flat], or [curve]); the degree of one along an axis follows from
// its place there. Axes with tables instead of running sums have orthonormal functions, all of one size: degree 0.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/quantisation.hpp>
#include <polyfold/fold/fold_plan.hpp>
#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/stored_part.hpp>

namespace polyfold {

namespace detail {

/// Degrees along one axis of the coefficients, which lies there as [...][segments * degrees][inner].
struct degree_axis {
  int inner = 1;
  int size = 1;
  int degrees = 1;

  [[gnu::always_inline, nodiscard]] constexpr int degree_of(int i) const { return i / inner % size % degrees; }
};

[[nodiscard]] constexpr degree_axis degrees_along(basis::axis_cut const& cut, int inner) {
  return cut.running_sums ? degree_axis{inner, cut.size(), cut.terms} : degree_axis{};
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::layer_types {

/// The scale groups of a layer with weights: how many, and which one stored number i has. The groups of coefficients come
/// first, then that of the biases. What a network asks while it runs is inlined always: with a layer's constants little is
/// left of it.
class scale_groups {
 public:
  constexpr scale_groups(fold::fold_plan const& plan, scales_per rule)
      : coefficients_(plan.coefficients()),
        biases_(plan.bias_parameters()),
        rule_(rule),
        per_filter_(plan.per_filter()) {
    approximation const& a = plan.cuts;
    plane_size_ = a.arranged.used || plan.cuts_flat() ? 1 : per_filter_ / plan.kept_channels();
    switch (rule) {
      case scales_per::degree:
        set_degrees(plan);
        groups_ = output_axis_.degrees * input_axis_.degrees * plane_degrees_;
        break;
      case scales_per::filter:
        groups_ = coefficients_ / per_filter_;
        break;
      default:
        break;
    }
  }

  [[nodiscard]] constexpr int count() const { return groups_ + (biases_ > 0 ? 1 : 0); }

  /// Group of stored number i of the layer.
  [[gnu::always_inline, nodiscard]] constexpr int of(int i) const {
    if (i >= coefficients_) return groups_;
    switch (rule_) {
      case scales_per::degree:
        return (output_axis_.degree_of(i) * input_axis_.degrees + input_axis_.degree_of(i)) * plane_degrees_ +
               plane_degree(i);
      case scales_per::filter:
        return i / per_filter_;
      default:
        return 0;
    }
  }
  /// Numbers from i up to this one have its scale.
  [[gnu::always_inline, nodiscard]] constexpr int next_scale(int i) const {
    if (i >= coefficients_) return coefficients_ + biases_;
    if (groups_ == 1) return coefficients_;
    return rule_ == scales_per::filter ? (i / per_filter_ + 1) * per_filter_ : i + 1;
  }

 private:
  constexpr void set_degrees(fold::fold_plan const& plan) {
    approximation const& a = plan.cuts;
    if (a.output.used)
      output_axis_ = polyfold::detail::degrees_along(plan.operation(fold::operation_kind::expand).axis(), per_filter_);
    // Channels, flat runs of weights, kernel rows or the curve of an arrangement: no two of them are cut at once.
    if (a.arranged.used)
      input_axis_ = polyfold::detail::degrees_along(plan.product().axis(), 1);
    else if (plan.cuts_flat())
      input_axis_ = polyfold::detail::degrees_along(plan.operation(fold::operation_kind::flat_moments).axis(), 1);
    else if (plan.cuts_rows())
      input_axis_ =
          polyfold::detail::degrees_along(plan.operation(fold::operation_kind::row_moments).axis(), plan.kernel.y.size);
    else if (a.channel.used)
      input_axis_ =
          polyfold::detail::degrees_along(plan.operation(fold::operation_kind::channel_moments).axis(), plane_size_);
    if (!plan.cuts_kernel()) return;
    basis::axis_cut const rows = plan.operation(fold::operation_kind::row_moments).axis();
    basis::axis_cut const columns = plan.operation(fold::operation_kind::column_moments).axis();
    if (!rows.running_sums) return;
    order_ = a.kernel.order;
    column_terms_ = columns.size();
    plane_degrees_ = core::smaller(order_ + 1, rows.size() + column_terms_ - 1);
  }

  /// Total degree of a kernel plane's function.
  [[gnu::always_inline, nodiscard]] constexpr int plane_degree(int i) const {
    if (plane_degrees_ == 1) return 0;
    int place = i % plane_size_;
    for (int row_degree = 0;; ++row_degree) {
      int const columns = core::smaller(column_terms_, order_ + 1 - row_degree);
      if (place < columns) return row_degree + place;
      place -= columns;
    }
  }

  int coefficients_;
  int biases_;
  scales_per rule_ = scales_per::layer;
  int per_filter_ = 1;
  int plane_size_ = 1;
  int plane_degrees_ = 1;  // total degrees of a kernel plane's functions, from 0 up
  int column_terms_ = 1;
  int order_ = 0;
  polyfold::detail::degree_axis output_axis_{};
  polyfold::detail::degree_axis input_axis_{};
  int groups_ = 1;  // of coefficients
};

/// The scale groups of another layer: one for each part.
template <std::size_t Count>
class part_groups {
 public:
  constexpr explicit part_groups(std::array<stored_part, Count> const& parts) {
    int end = 0;
    for (std::size_t p = 0; p < Count; ++p) ends_[p] = end += parts[p].count;
  }

  [[nodiscard]] constexpr int count() const { return int(Count); }
  [[gnu::always_inline, nodiscard]] constexpr int of(int i) const {
    int part = int(Count) - 1;
    for_each_inner_end([&](int end) { part -= i < end; });
    return part;
  }
  [[gnu::always_inline, nodiscard]] constexpr int next_scale(int i) const {
    int next = ends_[Count - 1];
    for_each_inner_end([&](int end) { next = i < end ? end : next; });
    return next;
  }

 private:
  /// Calls visit(end) for all parts but the last, from the back, one by one: no device keeps a table of them.
  template <class Visit>
  [[gnu::always_inline]] constexpr void for_each_inner_end(Visit visit) const {
    [&]<std::size_t... P>(std::index_sequence<P...>) { (visit(ends_[Count - 2 - P]), ...); }
    (std::make_index_sequence<Count - 1>{});
  }

  std::array<int, Count> ends_{};
};

/// Whether the numbers of layer L take one byte each in a network in_bytes.
template <any_layer L, shape In>
inline constexpr bool stored_in_bytes = polyfold::detail::all_in_bytes(L::template parts<In>);

/// The groups of a layer L that is stored in bytes, on inputs of shape `in`.
template <any_layer L, shape In>
[[nodiscard]] constexpr auto scale_groups_of(scales_per rule) {
  if constexpr (weighted_layer<L>)
    return scale_groups(L::template folded<In>::plan, rule);
  else
    return part_groups(L::template parts<In>);
}

}  // namespace polyfold::layer_types
