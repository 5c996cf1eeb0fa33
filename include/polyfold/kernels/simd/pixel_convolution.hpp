// Convolution with neighbouring pixels in a vector: weights are broadcast, outputs are written as they lie.
//
// A block of filters x rows x vectors of sums stays in registers while some channels and the window pass; then the next filters
// read the same input, which is still in the first cache. The last vector of a row ends where the row ends and computes some
// pixels of the one before again, so rows need at least one vector of pixels.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/opaque.hpp>
#include <polyfold/kernels/simd/convolution_problem.hpp>

namespace polyfold::simd {

template <class Vector, convolution_problem Problem, class Function>
struct pixel_convolution {
  static constexpr convolution_problem p = flattened(Problem);
  static constexpr shape out = p.convolved();
  static constexpr int filters = p.filters();
  static constexpr int columns = core::ceil_div(out.width, Vector::size);  // vectors in a row

  static constexpr bool possible =
      p.slid.x.stride == 1 && out.width >= Vector::size && (!p.pools || (out.width % 2 == 0 && out.height % 2 == 0));

  /// In cycles for all outputs, per channel and window position.
  static constexpr detail::block_size block = [] {
    constexpr detail::block_size most{core::smaller(filters, 16), core::smaller(out.height, 8),
                                      core::smaller(columns, 8)};
    return detail::cheapest_block(most, p.pools ? 2 : 1, 1, [](int m, int r, int c) {
      if (m * r * c + r * c + 1 > Vector::registers) return detail::impossible;
      double cycles = 0;
      detail::for_blocks(filters, m, [&](int many, int size) {
        detail::for_blocks(out.height, r, [&](int lines, int height) {
          detail::for_blocks(columns, c, [&](int pieces, int width) {
            // Unaligned loads that cross a cache line count double, and more where the line is not at hand.
            double const loads = size + modelled_machine.crossing_load * height * width;
            cycles += double(many) * lines * pieces * detail::block_cycles(size * height * width, loads);
          });
        });
      });
      return p.groups * cycles;
    });
  }();

  /// Channels before the next block of filters has its turn.
  static constexpr int piece =
      detail::channels_at_once(p.channels(), ((block.rows - 1) * p.slid.y.stride + p.slid.y.extent()) *
                                                 (block.columns * Vector::size + p.slid.x.extent() - 1));
  static constexpr int pieces = core::ceil_div(p.channels(), piece);

  /// Biases in order, then the weights as the blocks read them: group, piece of channels, block of filters, channel, window
  /// position, filter.
  static constexpr int packed_size = p.groups * filters * (1 + p.fan_in());
  /// Sums of a tile, between pieces of channels.
  static constexpr int scratch = pieces == 1 ? 0 : filters * block.rows * block.columns * Vector::size;

  /// `weight(m, i)` gives weight i of filter m in (channel, row, column) order, `bias(m)` its bias.
  template <class Weight, class Bias>
  static void pack(Weight weight, Bias bias, float* packed) {
    for (int m = 0; m < p.groups * filters; ++m) *packed++ = bias(m);
    for (int g = 0; g < p.groups; ++g)
      for (int c = 0; c < p.channels(); c += piece)
        detail::run_blocks<filters, block.filters>([&](auto size, int first) {
          int const last = core::smaller(p.channels(), c + piece) * p.slid.area();
          for (int i = c * p.slid.area(); i < last; ++i)
            for (int m = 0; m < size; ++m) *packed++ = weight(g * filters + first + m, i);
        });
  }

  static void run(float const* packed, float const* in, float* to, float const* added, float* memory) {
    for (int g = 0; g < p.groups; ++g)
      detail::run_blocks<out.height, block.rows>([&](auto rows, int y) {
        detail::run_blocks<columns, block.columns>([&](auto vectors, int vector) {
          float const* weights = packed + p.groups * filters + g * filters * p.fan_in();
          for (int c = 0; c < p.channels(); c += piece) {
            channel_range const range{c, core::smaller(p.channels(), c + piece)};
            detail::run_blocks<filters, block.filters>([&](auto size, int first) {
              int const filter = g * filters + first;
              weights = sums<size, rows, vectors>(weights, packed + filter, in, to, added,
                                                  memory + first * rows * vectors * Vector::size, range, g, filter, y,
                                                  vector);
            });
          }
        });
      });
  }

 private:
  struct channel_range {
    int first, last;
  };

  [[nodiscard]] static constexpr int column(int vector) {
    return core::smaller(vector * Vector::size, out.width - Vector::size);
  }

  /// Adds the channels of `range` to the sums of a block; returns the weights behind those that it has read.
  template <int M, int R, int C>
  [[gnu::noinline]] static float const* sums(float const* weights, float const* biases, float const* in, float* to,
                                             float const* added, float* partial, channel_range range, int g, int filter,
                                             int y, int vector) {
    core::c_array<Vector, M, R, C> sum;
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c)
          sum[m][r][c] =
              range.first == 0 ? Vector(biases[m]) : Vector::load(partial + ((m * R + r) * C + c) * Vector::size);

    core::c_array<float const*, C> from;
#pragma GCC unroll 16
    for (int c = 0; c < C; ++c) from[c] = in + p.source(g, y, column(vector + c));
    for (int channel = range.first; channel < range.last; ++channel)
      for (int row = 0; row < p.slid.y.size; ++row) {
        core::c_array<float const*, C> line;
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c)
          line[c] = core::opaque(from[c] + channel * p.in.plane() + row * p.slid.y.dilation * p.in.pitch());
#pragma GCC unroll 16
        for (int s = 0; s < p.slid.x.size; ++s, weights += M) {
          core::c_array<Vector, R, C> x;
#pragma GCC unroll 16
          for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
            for (int c = 0; c < C; ++c)
              x[r][c] = Vector::load(line[c] + r * p.slid.y.stride * p.in.pitch() + s * p.slid.x.dilation);
#pragma GCC unroll 16
          for (int m = 0; m < M; ++m) {
            Vector const weight(weights[m]);
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
              for (int c = 0; c < C; ++c) sum[m][r][c] = mul_add(x[r][c], weight, sum[m][r][c]);
          }
        }
      }

    if (range.last < p.channels()) {
#pragma GCC unroll 16
      for (int m = 0; m < M; ++m)
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 16
          for (int c = 0; c < C; ++c) sum[m][r][c].store(partial + ((m * R + r) * C + c) * Vector::size);
      return weights;
    }
#pragma GCC unroll 16
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 16
      for (int r = 0; r < R; r += p.pools ? 2 : 1)
#pragma GCC unroll 16
        for (int c = 0; c < C; ++c) {
          int const x = column(vector + c);
          if constexpr (p.pools) {
            Vector const larger = maximum(sum[m][r][c], sum[m][r + 1][c]);
            Function::value(maximum_of_pairs(larger))
                .template store_lanes<0, Vector::size / 2>(to + p.out.at(filter + m, (y + r) / 2, x / 2));
          } else {
            Vector value = sum[m][r][c];
            if constexpr (p.adds()) value += Vector::load(added + p.added.at(filter + m, y + r, x));
            Function::value(value).store(to + p.out.at(filter + m, y + r, x));
          }
        }
    return weights;
  }
};

}  // namespace polyfold::simd
