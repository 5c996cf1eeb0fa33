// Gradients of a convolution's weights, summed over pixels and over the images of a batch:
//
//   dw(m, c, r, s) += sum over images, y, x of dout(m, y, x) * in(c, y * stride - padding + r, x * stride - padding + s)
#pragma once

#include <algorithm>

#include <polyfold/core/scalar.hpp>
#include <polyfold/core/shape.hpp>

namespace polyfold {

namespace detail {

/// Filters x Channels x S sums for kernel row r, held in registers over all pixels.
template <shape In, int Filters, window W, int Groups, class T, int M, int C>
struct gradient_block {
  static constexpr int channels = In.channels / Groups;
  static constexpr shape output{Filters, W.output_height(In.height), W.output_width(In.width)};

  template <class Input, class Gradient>
  static void add(float* gradient, Input in, Gradient dout, int m, int input_channel, int c, int r) {
    T sums[M][C][W.width];
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < C; ++j)
#pragma GCC unroll 32
        for (int s = 0; s < W.width; ++s) sums[i][j][s] = T(0.0f);

    for (int y = 0; y < output.height; ++y) {
      int const iy = y * W.stride_y - W.padding_y + r;
      if (iy < 0 || iy >= In.height) continue;
      for (int x = 0; x < output.width; ++x) {
        int const left = x * W.stride_x - W.padding_x;
        bool const inner = left >= 0 && left + W.width <= In.width;
#pragma GCC unroll 32
        for (int j = 0; j < C; ++j) {
          T const* const source = in.row(input_channel + j, iy);
#pragma GCC unroll 32
          for (int s = 0; s < W.width; ++s) {
            if (!inner && (left + s < 0 || left + s >= In.width)) continue;
            T const input = source[left + s];
#pragma GCC unroll 32
            for (int i = 0; i < M; ++i) sums[i][j][s] = mul_add(dout(m + i, y, x), input, sums[i][j][s]);
          }
        }
      }
    }
#pragma GCC unroll 32
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 32
      for (int j = 0; j < C; ++j)
#pragma GCC unroll 32
        for (int s = 0; s < W.width; ++s)
          gradient[((m + i) * channels + c + j) * W.area() + r * W.width + s] += horizontal_sum(sums[i][j][s]);
  }
};

}  // namespace detail

/// Adds the gradient of all weights, in the order (m, c, r, s).
template <shape In, int Filters, window W, int Groups, class T, class Input, class Gradient>
void add_weight_gradient(float* gradient, Input in, Gradient dout) {
  constexpr int registers = 24;
  constexpr int filters = Filters / Groups;
  constexpr int channels = In.channels / Groups;
  constexpr int c_block = W.width == 1 ? std::min(channels, 4) : 1;
  constexpr int m_block = std::clamp(registers / (c_block * W.width), 1, filters);

  auto const over_channels = [&]<int M>(int g, int m) {
    for (int r = 0; r < W.height; ++r) {
      int c = 0;
      for (; c + c_block <= channels; c += c_block)
        detail::gradient_block<In, Filters, W, Groups, T, M, c_block>::add(gradient, in, dout, m, g * channels + c, c,
                                                                           r);
      if constexpr (channels % c_block != 0)
        detail::gradient_block<In, Filters, W, Groups, T, M, channels % c_block>::add(gradient, in, dout, m,
                                                                                      g * channels + c, c, r);
    }
  };
  for (int g = 0; g < Groups; ++g) {
    int m = 0;
    for (; m + m_block <= filters; m += m_block) over_channels.template operator()<m_block>(g, g * filters + m);
    if constexpr (filters % m_block != 0) over_channels.template operator()<filters % m_block>(g, g * filters + m);
  }
}

/// Scalars of working memory that add_outer_products needs for groups of `inputs` numbers and at most 64 images.
[[nodiscard]] constexpr int outer_product_scratch(int inputs) { return ceil_div(inputs, 64) * 64; }

/// The same where every filter of a group reads the whole input of the group, `Inputs` numbers: outer products, summed
/// over the images. `turned` takes the inputs with the images outermost (outer_product_scratch scalars).
template <int Inputs, int Filters, int Groups, class Input, class Gradient, class T>
void add_outer_products(float* gradient, Input in, Gradient dout, T* turned) {
  for (int g = 0; g < Groups; ++g) {
    T const* const source = in.data() + g * Inputs;
    T const* const derivatives = dout.data() + g * Filters;
    float* const target = gradient + g * Filters * Inputs;
    if constexpr (lane_count<T> == 1) {
      for (int m = 0; m < Filters; ++m)
        for (int k = 0; k < Inputs; ++k) target[m * Inputs + k] += float(derivatives[m] * source[k]);
    } else {
      constexpr int images = lane_count<T>;
      static_assert(images <= 64);
      constexpr int blocks = ceil_div(Inputs, images);
      for (int k = 0; k < blocks * images; ++k)
        for (int n = 0; n < images; ++n) turned[n * blocks + k / images].set(k % images, k < Inputs ? source[k][n] : 0);
      auto const add = [&]<int M>(int m) {
        for (int b = 0; b < blocks; ++b) {
          T sums[M];
#pragma GCC unroll 8
          for (int i = 0; i < M; ++i) sums[i] = T(0.0f);
          for (int n = 0; n < images; ++n) {
            T const row = turned[n * blocks + b];
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

}  // namespace polyfold
