// Direct convolution with register blocks of filters x pixels.
//
//   out(m, y, x) = start(m) + sum over c, r, s of w(m, c, r, s) * in(c, start(y) + r * dilation, start(x) + s * dilation)
//
// One loop nest serves the forward pass and, with flipped weights, the gradient of the input. Weights are read through
// anything that is indexed and moved like a pointer. Borders are clipped, so padding costs neither memory nor
// multiplications by zero.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/border.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/scalar.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/core/window.hpp>

namespace polyfold::kernels {

/// Where the weight of (group, filter of the group, channel of the group, r, s) lies.
struct weight_strides {
  int offset = 0;
  int group = 0;
  int filter = 0;
  int channel = 0;
  int row = 0;
  int column = 0;

  [[nodiscard]] constexpr int at(int g, int m, int c) const { return offset + g * group + m * filter + c * channel; }
};

/// How many filters and pixels a block computes at once.
struct register_block {
  int filters = 1;
  int pixels = 1;
};

/// The block with the fewest loads for `filters` x `pixels` outputs, within the registers of a SIMD unit.
[[nodiscard]] constexpr register_block best_register_block(int filters, int pixels) {
  constexpr int accumulators = 24;
  register_block best{};
  double least = 1e300;
  for (int m = 1; m <= core::smaller(filters, accumulators); ++m)
    for (int x = 1; x <= core::larger(1, core::smaller(pixels, accumulators / m)); ++x) {
      double const loads = double((filters + m - 1) / m) * pixels + double((pixels + x - 1) / x) * filters;
      if (loads < least) {
        least = loads;
        best = {m, x};
      }
    }
  return best;
}

template <shape In, int Filters, window W, int Groups, weight_strides Weights>
struct convolution_kernel {
  static constexpr shape output = W.output(In, Filters);
  static constexpr int filters = Filters / Groups;
  static constexpr int channels = In.channels / Groups;

  /// Output columns [inner_first, inner_last) read no padding.
  static constexpr int inner_first = core::outputs_along(W.x, In.width).inner_first;
  static constexpr int inner_last = core::outputs_along(W.x, In.width).inner_last;
  static constexpr register_block block = best_register_block(filters, inner_last - inner_first);

  /// Computes output rows `rows`. `start(m)` gives what filter m's sums begin with; `store(m, y, x, sum)` takes them.
  template <class Scalar, class Pointer, class Input, class Start, class Store>
  static void run(Pointer weights, Input in, row_range rows, Start start, Store store) {
    for (int y = rows.first; y < rows.last; ++y)
      for (int g = 0; g < Groups; ++g) {
        int m = 0;
        for (; m + block.filters <= filters; m += block.filters)
          row<Scalar, block.filters>(weights, in, g, m, y, start, store);
        if constexpr (filters % block.filters != 0)
          row<Scalar, filters % block.filters>(weights, in, g, m, y, start, store);
      }
  }

 private:
  template <class Scalar, int M, class Pointer, class Input, class Start, class Store>
  static void row(Pointer weights, Input in, int g, int m, int y, Start start, Store store) {
    int x = 0;
    for (; x < inner_first; ++x) at<Scalar, M, 1, false>(weights, in, g, m, y, x, start, store);
    for (; x + block.pixels <= inner_last; x += block.pixels)
      at<Scalar, M, block.pixels, true>(weights, in, g, m, y, x, start, store);
    if constexpr (constexpr int rest = (inner_last - inner_first) % block.pixels; rest != 0) {
      at<Scalar, M, rest, true>(weights, in, g, m, y, x, start, store);
      x += rest;
    }
    if constexpr (inner_last < output.width)
      for (; x < output.width; ++x) at<Scalar, M, 1, false>(weights, in, g, m, y, x, start, store);
  }

  /// M filters from m on, Columns pixels from x on; Inner: no column of the window is in the padding.
  template <class Scalar, int M, int Columns, bool Inner, class Pointer, class Input, class Start, class Store>
  static void at(Pointer weights, Input in, int g, int m, int y, int x, Start start, Store store) {
    core::c_array<Scalar, M, Columns> sums;
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < Columns; ++j) sums[i][j] = start(g * filters + m + i, y, x + j);

    int const top = W.y.start(y);
    int const left = W.x.start(x);
    index_range const rows = W.y.inside(top, In.height);
    index_range const columns = Inner ? index_range{0, W.x.size} : W.x.inside(left, In.width);
    for (int c = 0; c < channels; ++c)
      for (int r = rows.first; r < rows.last; ++r) {
        Scalar const* const source = in.row(g * channels + c, top + r * W.y.dilation);
        Pointer const w = weights + (Weights.at(g, m, c) + r * Weights.row);
        for (int s = columns.first; s < columns.last; ++s) {
          core::c_array<Scalar, Columns> inputs;
#pragma GCC unroll 32
          for (int j = 0; j < Columns; ++j) inputs[j] = source[left + j * W.x.stride + s * W.x.dilation];
#pragma GCC unroll 32
          for (int i = 0; i < M; ++i) {
            auto const weight = w[i * Weights.filter + s * Weights.column];
#pragma GCC unroll 32
            for (int j = 0; j < Columns; ++j) sums[i][j] = mul_add(inputs[j], weight, sums[i][j]);
          }
        }
      }
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < Columns; ++j) store(g * filters + m + i, y, x + j, sums[i][j]);
  }
};

}  // namespace polyfold::kernels
