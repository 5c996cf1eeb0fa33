// Gradients of a convolution's weights, summed over pixels and over the images of a batch:
//
//   dw(m, c, r, s) += sum over images, y, x of dout(m, y, x) * in(c, start(y) + r * dilation, start(x) + s * dilation)
#pragma once

#include <algorithm>
#include <iterator>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/scalar.hpp>
#include <polyfold/core/window.hpp>

namespace polyfold::kernels {

namespace detail {

/// M filters x C channels x R kernel rows from r on, whole rows each: sums held in registers over the output rows `rows`.
template <shape In, int Filters, window W, int Groups, class Scalar, int M, int C, int R>
struct gradient_block {
  static constexpr int channels = In.channels / Groups;
  static constexpr shape output = W.output(In, Filters);
  static constexpr bool never_pads = W.x.before == 0 && W.x.after == 0;

  template <class Input, class Gradient>
  static void add(float* gradient, Input in, Gradient dout, row_range rows, int m, int input_channel, int c, int r) {
    constexpr bool pads = R > 1 && (W.y.before > 0 || W.y.after > 0);
    core::c_array<Scalar, pads ? In.width : 1> padding;  // what rows above and below the input are read from
    std::fill(std::begin(padding), std::end(padding), Scalar(0.0f));
    core::c_array<Scalar, M, C, R, W.x.size> sums;
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < C; ++j)
#pragma GCC unroll 32
        for (int k = 0; k < R; ++k)
#pragma GCC unroll 32
          for (int s = 0; s < W.x.size; ++s) sums[i][j][k][s] = Scalar(0.0f);

    for (int y = rows.first; y < rows.last; ++y) {
      int const top = W.y.start(y) + r * W.y.dilation;
      if (R == 1 && (top < 0 || top >= In.height)) continue;
      core::c_array<Scalar const*, C, R> sources;
      for (int j = 0; j < C; ++j)
        for (int k = 0; k < R; ++k) {
          int const iy = top + k * W.y.dilation;
          bool const inside = !pads || (iy >= 0 && iy < In.height);
          sources[j][k] = inside ? in.row(input_channel + j, iy) : padding;
        }
      core::c_array<Scalar const*, M> derivatives;
      for (int i = 0; i < M; ++i) derivatives[i] = dout.row(m + i, y);
      for (int x = 0; x < output.width; ++x) {
        int const left = W.x.start(x);
        bool const inner = never_pads || (left >= 0 && left + W.x.extent() <= In.width);
        core::c_array<Scalar, M> d;
#pragma GCC unroll 32
        for (int i = 0; i < M; ++i) d[i] = derivatives[i][x];
#pragma GCC unroll 32
        for (int s = 0; s < W.x.size; ++s) {
          int const ix = left + s * W.x.dilation;
          if (!inner && (ix < 0 || ix >= In.width)) continue;
#pragma GCC unroll 32
          for (int j = 0; j < C; ++j)
#pragma GCC unroll 32
            for (int k = 0; k < R; ++k) {
              Scalar const input = sources[j][k][ix];
#pragma GCC unroll 32
              for (int i = 0; i < M; ++i) sums[i][j][k][s] = mul_add(d[i], input, sums[i][j][k][s]);
            }
        }
      }
    }
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < C; ++j)
#pragma GCC unroll 32
        for (int k = 0; k < R; ++k)
#pragma GCC unroll 32
          for (int s = 0; s < W.x.size; ++s)
            gradient[((m + i) * channels + c + j) * W.area() + (r + k) * W.x.size + s] +=
                horizontal_sum(sums[i][j][k][s]);
  }
};

/// What one block holds, and how many output rows it sums up before the next has its turn.
struct gradient_blocking {
  int filters, channels, kernel_rows, output_rows;
};

/// As many sums as registers hold. Every number that is loaded is used for several of them: for small windows over all
/// their weights, for those of one weight over several channels. The gradients of the outputs are few enough to stay in
/// the first cache while the channels pass by.
[[nodiscard]] constexpr gradient_blocking gradient_blocking_of(window w, int filters, int channels, int output_width) {
  constexpr int registers = 24;
  gradient_blocking b{};
  b.kernel_rows = w.area() <= 9 ? w.y.size : 1;
  int const weights = b.kernel_rows * w.x.size;
  b.channels = weights == 1 ? core::smaller(channels, 4) : 1;
  b.filters = std::clamp(registers / (b.channels * weights), 1, filters);
  constexpr int pixels = 64;
  b.output_rows = core::larger(1, pixels / output_width);
  return b;
}

}  // namespace detail

/// Adds the gradient of all weights, in the order (m, c, r, s), over the output rows `rows`.
template <shape In, int Filters, window W, int Groups, class Scalar, class Input, class Gradient>
void add_weight_gradient(float* gradient, Input in, Gradient dout, row_range rows) {
  constexpr int filters = Filters / Groups;
  constexpr int channels = In.channels / Groups;
  constexpr shape output = W.output(In, Filters);
  constexpr detail::gradient_blocking block = detail::gradient_blocking_of(W, filters, channels, output.width);
  constexpr int m_block = block.filters, c_block = block.channels, kernel_rows = block.kernel_rows;

  auto const over_channels = [&]<int M>(row_range strip, int g, int m) {
    for (int r = 0; r < W.y.size; r += kernel_rows) {
      int c = 0;
      for (; c + c_block <= channels; c += c_block)
        detail::gradient_block<In, Filters, W, Groups, Scalar, M, c_block, kernel_rows>::add(gradient, in, dout, strip,
                                                                                             m, g * channels + c, c, r);
      if constexpr (channels % c_block != 0)
        detail::gradient_block<In, Filters, W, Groups, Scalar, M, channels % c_block, kernel_rows>::add(
            gradient, in, dout, strip, m, g * channels + c, c, r);
    }
  };
  for (int y = rows.first; y < rows.last; y += block.output_rows) {
    row_range const strip{y, core::smaller(y + block.output_rows, rows.last)};
    for (int g = 0; g < Groups; ++g) {
      int m = 0;
      for (; m + m_block <= filters; m += m_block)
        over_channels.template operator()<m_block>(strip, g, g * filters + m);
      if constexpr (filters % m_block != 0)
        over_channels.template operator()<filters % m_block>(strip, g, g * filters + m);
    }
  }
}

/// Scalars of working memory that add_outer_products needs for groups of `inputs` numbers and at most 64 images.
[[nodiscard]] constexpr int outer_product_scratch(int inputs) { return core::ceil_div(inputs, 64) * 64; }

/// The same where every filter of a group reads the whole input of the group, `Inputs` numbers: outer products, summed
/// over the images. `turned` takes the inputs with the images outermost (outer_product_scratch scalars).
template <int Inputs, int Filters, int Groups, class Input, class Gradient, class Scalar>
void add_outer_products(float* gradient, Input in, Gradient dout, Scalar* turned) {
  for (int g = 0; g < Groups; ++g) {
    Scalar const* const source = in.data() + g * Inputs;
    Scalar const* const derivatives = dout.data() + g * Filters;
    float* const target = gradient + g * Filters * Inputs;
    if constexpr (lane_count<Scalar> == 1) {
      for (int m = 0; m < Filters; ++m)
        for (int k = 0; k < Inputs; ++k) target[m * Inputs + k] += float(derivatives[m] * source[k]);
    } else {
      constexpr int images = lane_count<Scalar>;
      static_assert(images <= 64);
      constexpr int blocks = core::ceil_div(Inputs, images);
      for (int k = 0; k < blocks * images; ++k)
        for (int n = 0; n < images; ++n) turned[n * blocks + k / images].set(k % images, k < Inputs ? source[k][n] : 0);
      auto const add = [&]<int M>(int m) {
        for (int b = 0; b < blocks; ++b) {
          core::c_array<Scalar, M> sums;
#pragma GCC unroll 8
          for (int i = 0; i < M; ++i) sums[i] = Scalar(0.0f);
          for (int n = 0; n < images; ++n) {
            Scalar const row = turned[n * blocks + b];
#pragma GCC unroll 8
            for (int i = 0; i < M; ++i) sums[i] = mul_add(row, derivatives[m + i][n], sums[i]);
          }
          int const count = b + 1 < blocks ? images : Inputs - b * images;
          for (int i = 0; i < M; ++i)
            for (int k = 0; k < count; ++k) target[(m + i) * Inputs + b * images + k] += sums[i][k];
        }
      };
      constexpr int block = Filters < 8 ? Filters : 8;
      int m = 0;
      for (; m + block <= Filters; m += block) add.template operator()<block>(m);
      if constexpr (Filters % block != 0) add.template operator()<Filters % block>(m);
    }
  }
}

}  // namespace polyfold::kernels
