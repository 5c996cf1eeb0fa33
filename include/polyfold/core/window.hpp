// The geometry of a window that slides over a map: a kernel's or a pooling's.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>

namespace polyfold {

/// A window along one direction of a map. Output i lies over the inputs start(i), start(i) + dilation, ..., `size` of them.
struct window_axis {
  int size = 1;
  int stride = 1;    ///< inputs from one output to the next
  int before = 0;    ///< zeros in front of the first input
  int after = 0;     ///< zeros behind the last
  int dilation = 1;  ///< inputs from one position of the window to the next

  /// Inputs from the first position to the last, both included.
  [[nodiscard]] constexpr int extent() const { return (size - 1) * dilation + 1; }
  /// Outputs over so many inputs; 0 where the window does not fit.
  [[nodiscard]] constexpr int outputs(int inputs) const {
    int const space = before + inputs + after - extent();
    return space < 0 ? 0 : space / stride + 1;
  }
  /// Inputs that it takes for one output, at least 1.
  [[nodiscard]] constexpr int least_inputs() const { return core::larger(1, extent() - before - after); }
  /// The input under the first position of an output; negative in the padding.
  [[gnu::always_inline, nodiscard]] constexpr int start(int output) const { return output * stride - before; }
  /// The positions of a window that starts at input `start` which lie over one of the `inputs`.
  [[nodiscard]] constexpr index_range inside(int start, int inputs) const {
    int const first = start < 0 ? core::ceil_div(-start, dilation) : 0;
    int const last = start < inputs ? core::smaller(size, core::ceil_div(inputs - start, dilation)) : 0;
    return {first, core::larger(first, last)};
  }
  /// The positions that lie over an input or over the zeros around them.
  [[nodiscard]] constexpr int inside_padding(int start, int inputs) const {
    index_range const over = inside(start + before, before + inputs + after);
    return over.last - over.first;
  }
  /// Neighbouring windows share all but one of their inputs.
  [[nodiscard]] constexpr bool slides_by_one() const { return stride == 1 && dilation == 1; }

  friend constexpr bool operator==(window_axis const&, window_axis const&) = default;
};

struct window {
  window_axis y{};  ///< over rows
  window_axis x{};  ///< over columns

  constexpr window() = default;
  constexpr window(window_axis over_rows, window_axis over_columns) : y(over_rows), x(over_columns) {}

  /// Positions of the window.
  [[nodiscard]] constexpr int area() const { return y.size * x.size; }
  /// What it makes of a map of this shape, in so many channels.
  [[nodiscard]] constexpr shape output(shape in, int channels) const {
    return {channels, y.outputs(in.height), x.outputs(in.width)};
  }
  /// It lies over the whole of a map, once, without padding.
  [[nodiscard]] constexpr bool covers(shape in) const {
    return y == window_axis{in.height, y.stride} && x == window_axis{in.width, x.stride};
  }

  friend constexpr bool operator==(window const&, window const&) = default;
};

}  // namespace polyfold

namespace polyfold::core {

/// The padding that makes ceil(inputs / stride) outputs, the odd zero behind: TensorFlow's "same", ONNX' SAME_UPPER.
[[nodiscard]] constexpr window_axis with_same_padding(window_axis a, int inputs) {
  int const zeros = larger(0, (ceil_div(inputs, a.stride) - 1) * a.stride + a.extent() - inputs);
  a.before = zeros / 2;
  a.after = zeros - a.before;
  return a;
}
[[nodiscard]] constexpr window with_same_padding(window const& w, shape in) {
  return {with_same_padding(w.y, in.height), with_same_padding(w.x, in.width)};
}

/// As much behind the map that a window which hangs over its end gives an output too, as long as it starts before that end:
/// PyTorch's and ONNX' ceil_mode.
[[nodiscard]] constexpr window_axis rounded_up(window_axis a, int inputs) {
  int const rest = larger(0, a.before + inputs + a.after - a.extent());
  int outputs = ceil_div(rest, a.stride) + 1;
  if (a.start(outputs - 1) >= inputs) --outputs;
  a.after = larger(a.after, a.start(outputs - 1) + a.extent() - inputs);
  return a;
}
[[nodiscard]] constexpr window rounded_up(window const& w, shape in) {
  return {rounded_up(w.y, in.height), rounded_up(w.x, in.width)};
}

[[nodiscard]] constexpr window_axis without_padding(window_axis a) {
  a.before = a.after = 0;
  return a;
}
[[nodiscard]] constexpr window without_padding(window const& w) { return {without_padding(w.y), without_padding(w.x)}; }

/// With the zeros of another window around its own.
[[nodiscard]] constexpr window_axis with_added_padding(window_axis a, window_axis const& zeros) {
  a.before += zeros.before;
  a.after += zeros.after;
  return a;
}
[[nodiscard]] constexpr window with_added_padding(window const& w, window const& zeros) {
  return {with_added_padding(w.y, zeros.y), with_added_padding(w.x, zeros.x)};
}

/// The window that covers a map.
[[nodiscard]] constexpr window whole_map(shape in) { return {{in.height}, {in.width}}; }

/// The input rows from the first to the last that output row `y` of a window reads, of `rows` that there are.
[[gnu::always_inline, nodiscard]] constexpr row_range rows_under(window const& w, int y, int rows) {
  int const top = w.y.start(y);
  int const first = larger(0, top);
  return {first, larger(first, smaller(rows, top + w.y.extent()))};
}

}  // namespace polyfold::core
