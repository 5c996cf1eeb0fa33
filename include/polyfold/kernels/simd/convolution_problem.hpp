// What the two SIMD convolutions have in common: the problem, its write-out, and the model of time by which blocks are chosen.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/window.hpp>
#include <polyfold/kernels/simd/bordered_map.hpp>
#include <polyfold/kernels/simd/machine.hpp>

namespace polyfold::simd {

/// A convolution over a map whose border covers the window's padding, then, where `pools`, the maximum of each 2 x 2 outputs.
struct convolution_problem {
  map_layout in{};
  window slid{};
  int groups = 1;
  map_layout out{};    // after pooling
  map_layout added{};  // a map that is added to the sums; no channels: none
  bool pools = false;

  [[nodiscard]] constexpr shape convolved() const { return slid.output(in.inner, out.inner.channels); }
  [[nodiscard]] constexpr int filters() const { return out.inner.channels / groups; }
  [[nodiscard]] constexpr int channels() const { return in.inner.channels / groups; }
  [[nodiscard]] constexpr int fan_in() const { return channels() * slid.area(); }
  [[nodiscard]] constexpr bool adds() const { return added.inner.channels > 0; }
  /// Position in the input of the first element under output (y, x), group `g`.
  [[nodiscard]] constexpr int source(int g, int y, int x) const {
    return in.at(g * channels(), slid.y.start(y), slid.x.start(x));
  }

  friend constexpr bool operator==(convolution_problem const&, convolution_problem const&) = default;
};

/// The same problem on maps of one long row, where the window is one pixel and no map has a border.
[[nodiscard]] constexpr convolution_problem flattened(convolution_problem p) {
  if (p.slid == window{} && !p.pools && !p.in.bordered() && !p.out.bordered() && !p.added.bordered())
    for (shape* s : {&p.in.inner, &p.out.inner, &p.added.inner}) *s = {s->channels, 1, s->pixels()};
  return p;
}

/// No activation.
struct identity_function {
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return x;
  }
};

namespace detail {

/// Cycles of a block whose sums do not fit the registers.
inline constexpr double impossible = 1e300;

/// Sums that stay in registers at once.
struct block_size {
  int filters = 1;  // or vectors of them
  int rows = 1;
  int columns = 1;  // or vectors of them
  double cycles = impossible;
};

/// The block that takes the fewest cycles, as `cycles(filters, rows, columns)` says, of those up to `most`; rows and columns
/// go in steps.
template <class Cycles>
[[nodiscard]] constexpr block_size cheapest_block(block_size most, int row_step, int column_step, Cycles cycles) {
  block_size best;
  for (int f = 1; f <= most.filters; ++f)
    for (int r = row_step; r <= most.rows; r += row_step)
      for (int c = column_step; c <= most.columns; c += column_step)
        if (double const needed = cycles(f, r, c); needed < best.cycles) best = {f, r, c, needed};
  return best;
}

/// Cycles for one step of a block with `products` vector products and `loads` loads from memory.
[[nodiscard]] constexpr double block_cycles(double products, double loads) {
  constexpr machine m = modelled_machine;
  return core::larger(products / m.products, loads / m.loads, m.latency) + m.hidden_load * loads;
}

/// Cycles until so many neighbouring floats have come from the second cache: their lines, and those at both ends in part.
[[nodiscard]] constexpr double row_cycles(int floats) {
  return modelled_machine.far_line * (floats / double(modelled_machine.line) + 1);
}

/// Channels that a block takes before it passes to the next block: what is read again then stays in the first cache.
/// `floats` are read again for each channel.
[[nodiscard]] constexpr int channels_at_once(int channels, int floats) {
  int const fit = core::larger(8, modelled_machine.cached / floats);
  // Pieces of equal size, and none at all for a few channels more.
  return channels <= fit + fit / 2 ? channels : core::ceil_div(channels, core::ceil_div(channels, fit));
}

/// Calls f(count, size) for the whole blocks and the rest, where `total` is cut into blocks of `size`.
template <class F>
constexpr void for_blocks(int total, int size, F f) {
  if (total / size > 0) f(total / size, size);
  if (total % size > 0) f(1, total % size);
}

/// Runs f.operator()<size>(first) over `Total` cut into blocks of `Size`, and the rest as one smaller block.
template <int Total, int Size, class F>
void run_blocks(F f) {
  constexpr int whole = Total / Size * Size;
  for (int i = 0; i < whole; i += Size) f(std::integral_constant<int, Size>{}, i);
  if constexpr (whole < Total) f(std::integral_constant<int, Total - whole>{}, whole);
}

}  // namespace detail

}  // namespace polyfold::simd
