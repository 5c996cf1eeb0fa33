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
          T const* const source = in.row(input_channel + j, iy) + left;
#pragma GCC unroll 32
          for (int s = 0; s < W.width; ++s) {
            if (!inner && (left + s < 0 || left + s >= In.width)) continue;
            T const input = source[s];
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

/// The same where every filter of a group reads the whole input of the group, `Inputs` numbers: outer products, summed
/// over the images. `turned` holds the inputs with the images outermost: as many scalars as there are inputs.
template <int Inputs, int Filters, int Groups, class Input, class Gradient, class T>
void add_outer_products(float* gradient, Input in, Gradient dout, T* turned) {
  constexpr int images = lane_count<T>;
  for (int g = 0; g < Groups; ++g) {
    auto const* const source = in.data() + g * Inputs;
    if constexpr (images == 1) {
      for (int m = 0; m < Filters; ++m) {
        T const d = dout[g * Filters + m];
        float* const target = gradient + (g * Filters + m) * Inputs;
        for (int k = 0; k < Inputs; ++k) target[k] += float(d * source[k]);
      }
    } else {
      float* const rows = reinterpret_cast<float*>(turned);
      float const* const columns = reinterpret_cast<float const*>(source);
      for (int k = 0; k < Inputs; ++k)
        for (int n = 0; n < images; ++n) rows[n * Inputs + k] = columns[k * images + n];
      for (int m = 0; m < Filters; ++m) {
        float const* const d = reinterpret_cast<float const*>(dout.data() + g * Filters + m);
        float* const target = gradient + (g * Filters + m) * Inputs;
        // Eight images at a time: one pass over the target row for eight products.
        for (int n = 0; n < images; n += 8) {
          float const* const row = rows + n * Inputs;
          for (int k = 0; k < Inputs; ++k) {
            float sum = d[n] * row[k];
            for (int i = 1; i < 8; ++i) sum += d[n + i] * row[i * Inputs + k];
            target[k] += sum;
          }
        }
      }
    }
  }
}

}  // namespace polyfold
