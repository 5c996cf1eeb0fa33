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
#include <polyfold/core/for_constexpr.hpp>
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

  [[gnu::always_inline, nodiscard]] constexpr int at(int g, int m, int c) const {
    return offset + g * group + m * filter + c * channel;
  }
};

/// How many filters and pixels a block computes at once.
struct register_block {
  int filters = 1;
  int pixels = 1;
};

/// The block with the fewest loads for `filters` x `pixels` outputs, within the registers of a SIMD unit; `each` sums an output.
[[nodiscard]] constexpr register_block best_register_block(int filters, int pixels, int each = 1) {
  constexpr int accumulators = 24;
  register_block best{};
  double least = 1e300;
  for (int m = 1; m <= core::smaller(filters, accumulators / each); ++m)
    for (int x = 1; x <= core::larger(1, core::smaller(pixels, accumulators / (m * each))); ++x) {
      double const loads = double((filters + m - 1) / m) * pixels * each + double((pixels + x - 1) / x) * filters;
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

  /// Computes output rows `rows`. `start(m)` gives what filter m's sums begin with; `store(m, y, x, sum)` takes them.
  template <class Scalar, class Pointer, class Input, class Start, class Store>
  static void run(Pointer weights, Input in, row_range rows, Start start, Store store) {
    squares<Scalar, 1>::run(weights, in, rows, start, store);
  }
  /// The same of the largest of each 2 x 2 outputs: rows `rows` of these. Rows and columns of outputs are even in number.
  template <class Scalar, class Pointer, class Input, class Start, class Store>
  static void run_squares(Pointer weights, Input in, row_range rows, Start start, Store store) {
    squares<Scalar, 2>::run(weights, in, rows, start, store);
  }

 private:
  static constexpr bool pads_rows = W.y.before > 0 || W.y.after > 0;

  /// Squares of Side x Side outputs; one number of each is stored.
  template <class Scalar, int Side>
  struct squares {
    static constexpr core::axis_outputs columns = core::outputs_along(W.x, In.width);
    static constexpr int count = output.width / Side;
    /// Those from inner_first to inner_last - 1 read no column of padding.
    static constexpr int inner_first = core::ceil_div(columns.inner_first, Side);
    static constexpr int inner_last = core::larger(inner_first, columns.inner_last / Side);
    static constexpr register_block block = best_register_block(filters, inner_last - inner_first, Side* Side);

    template <class Pointer, class Input, class Start, class Store>
    static void run(Pointer weights, Input in, row_range rows, Start start, Store store) {
      for (int y = rows.first; y < rows.last; ++y)
        for (int g = 0; g < Groups; ++g) {
          int m = 0;
          for (; m + block.filters <= filters; m += block.filters)
            row<block.filters>(weights, in, g, m, y, start, store);
          if constexpr (filters % block.filters != 0) row<filters % block.filters>(weights, in, g, m, y, start, store);
        }
    }

   private:
    template <int M, class Pointer, class Input, class Start, class Store>
    static void row(Pointer weights, Input in, int g, int m, int y, Start start, Store store) {
      int x = 0;
      for (; x < inner_first; ++x) at<M, 1, false>(weights, in, g, m, y, x, start, store);
      for (; x + block.pixels <= inner_last; x += block.pixels)
        at<M, block.pixels, true>(weights, in, g, m, y, x, start, store);
      if constexpr (constexpr int rest = (inner_last - inner_first) % block.pixels; rest != 0) {
        at<M, rest, true>(weights, in, g, m, y, x, start, store);
        x += rest;
      }
      if constexpr (inner_last < count)
        for (; x < count; ++x) at<M, 1, false>(weights, in, g, m, y, x, start, store);
    }

    /// M filters from m on, Count squares from x on; Inner: no column of their windows is in the padding.
    template <int M, int Count, bool Inner, class Pointer, class Input, class Start, class Store>
    static void at(Pointer weights, Input in, int g, int m, int y, int x, Start start, Store store) {
      core::c_array<Scalar, M, Side, Side * Count> sums;
#pragma GCC unroll 32
      for (int i = 0; i < M; ++i)
#pragma GCC unroll 2
        for (int k = 0; k < Side; ++k)
#pragma GCC unroll 32
          for (int j = 0; j < Side * Count; ++j) sums[i][k][j] = start(g * filters + m + i, Side * y + k, Side * x + j);
      if constexpr (Side == 1 || (Inner && !pads_rows)) {
        add_up<0, Side, 0, Side * Count, M, Inner>(weights, in, g, m, y, x, sums);
      } else {
        // Windows that hang over the edge have rows and columns of their own.
        core::for_constexpr<Side>([&]<int K>() {
          if constexpr (Inner)
            add_up<K, K + 1, 0, Side * Count, M, true>(weights, in, g, m, y, x, sums);
          else
            core::for_constexpr<Side * Count>(
                [&]<int J>() { add_up<K, K + 1, J, J + 1, M, false>(weights, in, g, m, y, x, sums); });
        });
      }
#pragma GCC unroll 32
      for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
        for (int j = 0; j < Count; ++j) {
          auto const& of = sums[i];
          if constexpr (Side == 1)
            store(g * filters + m + i, y, x + j, of[0][j]);
          else
            store(g * filters + m + i, y, x + j,
                  maximum(of[0][2 * j], of[0][2 * j + 1], of[1][2 * j], of[1][2 * j + 1]));
        }
    }

    /// Adds to the sums of rows Top to Bottom - 1 and columns Left to Right - 1 of the squares. Rows that are added to together
    /// read no padding.
    template <int Top, int Bottom, int Left, int Right, int M, bool Inner, class Pointer, class Input, class Sums>
    static void add_up(Pointer weights, Input in, int g, int m, int y, int x, Sums& sums) {
      constexpr int height = Bottom - Top;
      constexpr int width = Right - Left;
      int const top = W.y.start(Side * y + Top);
      int const left = W.x.start(Side * x + Left);
      index_range const rows = pads_rows ? W.y.inside(top, In.height) : index_range{0, W.y.size};
      index_range const columns_inside = Inner ? index_range{0, W.x.size} : W.x.inside(left, In.width);
      for (int c = 0; c < channels; ++c)
        for (int r = rows.first; r < rows.last; ++r) {
          core::c_array<decltype(in.row(0, 0)), height> source;
#pragma GCC unroll 2
          for (int k = 0; k < height; ++k)
            source[k] = in.row(g * channels + c, top + k * W.y.stride + r * W.y.dilation);
          Pointer const w = weights + (Weights.at(g, m, c) + r * Weights.row);
          for (int s = columns_inside.first; s < columns_inside.last; ++s) {
            core::c_array<Scalar, height, width> inputs;
#pragma GCC unroll 2
            for (int k = 0; k < height; ++k)
#pragma GCC unroll 32
              for (int j = 0; j < width; ++j) inputs[k][j] = source[k][left + j * W.x.stride + s * W.x.dilation];
#pragma GCC unroll 32
            for (int i = 0; i < M; ++i) {
              auto const weight = w[i * Weights.filter + s * Weights.column];
#pragma GCC unroll 2
              for (int k = 0; k < height; ++k)
#pragma GCC unroll 32
                for (int j = 0; j < width; ++j) {
                  Scalar& sum = sums[i][Top + k][Left + j];
                  sum = mul_add(inputs[k][j], weight, sum);
                }
            }
          }
        }
    }
  };
};

}  // namespace polyfold::kernels
