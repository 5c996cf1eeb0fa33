// Convolution with neighbouring filters in a vector: inputs are broadcast, so maps of any width, stride and window do.
// A dense layer on a vector is the case of one pixel.
//
// A block of vectors of filters x rows x columns of sums stays in registers while some channels and the window pass; then the
// next pixels read the same weights, which are still in the first cache. Sums are transposed in registers when they are
// written, so that maps lie the same way for every kernel.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/kernels/simd/convolution_problem.hpp>

namespace polyfold::simd {

template <class Vector, convolution_problem Problem, class Function>
struct filter_convolution {
  static constexpr convolution_problem p = Problem;
  static constexpr shape out = p.convolved();
  static constexpr int filters = p.filters();
  static constexpr int vectors = core::ceil_div(filters, Vector::size);  // of a group's filters
  static constexpr bool possible = !p.pools || (out.width % 2 == 0 && out.height % 2 == 0);

  /// In cycles for all outputs, per channel and window position.
  static constexpr detail::block_size block = [] {
    constexpr int step = p.pools ? 2 : 1;
    constexpr detail::block_size most{core::smaller(vectors, 12), core::smaller(out.height, 8),
                                      core::smaller(out.width, 28)};
    return detail::cheapest_block(most, step, step, [](int f, int r, int c) {
      if (f * r * c + f + (f > 1) > Vector::registers) return detail::impossible;
      double cycles = 0;
      detail::for_blocks(vectors, f, [&](int many, int size) {
        detail::for_blocks(out.height, r, [&](int lines, int height) {
          detail::for_blocks(out.width, c, [&](int pieces, int width) {
            int const pixels = height * width;
            // Weights come from the second cache.
            double const step_cycles =
                detail::block_cycles(size * pixels, size + pixels) + modelled_machine.far_load * size;
            cycles += double(many) * lines * pieces * step_cycles;
          });
        });
      });
      return p.groups * cycles;
    });
  }();

  /// A block holds all pixels, so that weights are read once.
  static constexpr bool one_pass = block.rows >= out.height && block.columns >= out.width;
  /// Channels before the next pixels have their turn.
  static constexpr int piece =
      one_pass ? p.channels() : detail::channels_at_once(p.channels(), p.slid.area() * block.filters * Vector::size);
  static constexpr int pieces = core::ceil_div(p.channels(), piece);

  /// Biases of each group, filled up to whole vectors, then the weights as the blocks read them: group, block of vectors,
  /// channel, window position, filter.
  static constexpr int packed_size = p.groups * vectors * Vector::size * (1 + p.fan_in());
  /// Sums of all pixels, between pieces of channels.
  static constexpr int scratch = pieces == 1 ? 0 : out.pixels() * block.filters * Vector::size;

  /// `weight(m, i)` gives weight i of filter m in (channel, row, column) order, `bias(m)` its bias.
  template <class Weight, class Bias>
  static void pack(Weight weight, Bias bias, float* packed) {
    for (int g = 0; g < p.groups; ++g)
      for (int m = 0; m < vectors * Vector::size; ++m) *packed++ = m < filters ? bias(g * filters + m) : 0.0f;
    for (int g = 0; g < p.groups; ++g)
      detail::run_blocks<vectors, block.filters>([&](auto size, int first) {
        for (int i = 0; i < p.fan_in(); ++i)
          for (int m = first * Vector::size; m < (first + size) * Vector::size; ++m)
            *packed++ = m < filters ? weight(g * filters + m, i) : 0.0f;
      });
  }

  static void run(float const* packed, float const* in, float* to, float const* added, float* memory) {
    constexpr int padded = vectors * Vector::size;
    for (int g = 0; g < p.groups; ++g)
      detail::run_blocks<vectors, block.filters>([&](auto size, int first) {
        float const* const biases = packed + g * padded + first * Vector::size;
        float const* const weights = packed + p.groups * padded + (g * padded + first * Vector::size) * p.fan_in();
        for (int c = 0; c < p.channels(); c += piece) {
          channel_range const range{c, core::smaller(p.channels(), c + piece)};
          float* partial = memory;
          detail::run_blocks<out.height, block.rows>([&](auto rows, int y) {
            detail::run_blocks<out.width, block.columns>([&](auto columns, int x) {
              sums<size, rows, columns>(weights, biases, in, to, added, partial, range, g, first, y, x);
              if constexpr (pieces > 1) partial += size * rows * columns * Vector::size;
            });
          });
        }
      });
  }

 private:
  struct channel_range {
    int first, last;
  };

  /// Weights that are read once come from beyond the first cache where there are many. Left to itself, the processor asks
  /// for them too late.
  static constexpr bool fetches_ahead = one_pass && packed_size > modelled_machine.prefetched;
  static constexpr int ahead = 512;

  /// Neighbouring channels taken at once, each with sums of its own, where a block is too small to hide the latency of a
  /// product.
  template <int Sums>
  static constexpr int chains = p.fan_in() >= 32 && p.slid.area() == 1 ? (Sums >= 8   ? 1
                                                                          : Sums >= 4 ? 2
                                                                          : Sums >= 2 ? 4
                                                                                      : 8)
                                                                       : 1;

  template <int F, int R, int C>
  [[gnu::noinline]] static void sums(float const* weights, float const* biases, float const* in, float* to,
                                     float const* added, float* partial, channel_range range, int g, int first, int y,
                                     int x) {
    constexpr int ways = chains<F * R * C>;
    core::c_array<Vector, ways, F, R, C> sum;
#pragma GCC unroll 32
    for (int w = 0; w < ways; ++w)
#pragma GCC unroll 32
      for (int f = 0; f < F; ++f)
#pragma GCC unroll 32
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 32
          for (int c = 0; c < C; ++c)
            sum[w][f][r][c] = w > 0              ? Vector(0.0f)
                              : range.first == 0 ? Vector::load(biases + f * Vector::size)
                                                 : Vector::load(partial + ((f * R + r) * C + c) * Vector::size);

    weights += range.first * p.slid.area() * F * Vector::size;
    float const* from = in + p.source(g, y, x) + range.first * p.in.plane();
    int channel = range.first;
    for (; channel + ways <= range.last; channel += ways) {
#pragma GCC unroll 32
      for (int w = 0; w < ways; ++w, weights += F * p.slid.area() * Vector::size, from += p.in.plane())
        accumulate<F, R, C>(sum[w], weights, from);
    }
    if constexpr (ways > 1)
      for (; channel < range.last; ++channel, weights += F * p.slid.area() * Vector::size, from += p.in.plane())
        accumulate<F, R, C>(sum[0], weights, from);
#pragma GCC unroll 32
    for (int w = 1; w < ways; ++w)
#pragma GCC unroll 32
      for (int f = 0; f < F; ++f)
#pragma GCC unroll 32
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 32
          for (int c = 0; c < C; ++c) sum[0][f][r][c] += sum[w][f][r][c];

    if (range.last < p.channels()) {
#pragma GCC unroll 32
      for (int f = 0; f < F; ++f)
#pragma GCC unroll 32
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 32
          for (int c = 0; c < C; ++c) sum[0][f][r][c].store(partial + ((f * R + r) * C + c) * Vector::size);
      return;
    }
#pragma GCC unroll 32
    for (int f = 0; f < F; ++f) {
      int const filter = (first + f) * Vector::size;
      if constexpr (p.pools) {
        core::c_array<Vector, R / 2, C / 2> pooled;
#pragma GCC unroll 32
        for (int r = 0; r < R / 2; ++r)
#pragma GCC unroll 32
          for (int c = 0; c < C / 2; ++c)
            pooled[r][c] = maximum(maximum(sum[0][f][2 * r][2 * c], sum[0][f][2 * r][2 * c + 1]),
                                   maximum(sum[0][f][2 * r + 1][2 * c], sum[0][f][2 * r + 1][2 * c + 1]));
        write<R / 2, C / 2>(pooled, to, added, g, filter, y / 2, x / 2);
      } else {
        write<R, C>(sum[0][f], to, added, g, filter, y, x);
      }
    }
  }

  /// Adds what one channel gives.
  template <int F, int R, int C>
  static void accumulate(core::c_array<Vector, F, R, C>& sum, float const* weights, float const* from) {
    for (int row = 0; row < p.slid.y.size; ++row, from += p.slid.y.dilation * p.in.pitch())
#pragma GCC unroll 16
      for (int s = 0; s < p.slid.x.size; ++s, weights += F * Vector::size) {
        core::c_array<Vector, F> weight;
#pragma GCC unroll 32
        for (int f = 0; f < F; ++f) {
          if constexpr (fetches_ahead) __builtin_prefetch(weights + f * Vector::size + ahead);
          weight[f] = Vector::load(weights + f * Vector::size);
        }
#pragma GCC unroll 32
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 32
          for (int c = 0; c < C; ++c) {
            Vector const value(from[r * p.slid.y.stride * p.in.pitch() + c * p.slid.x.stride + s * p.slid.x.dilation]);
#pragma GCC unroll 32
            for (int f = 0; f < F; ++f) sum[f][r][c] = mul_add(value, weight[f], sum[f][r][c]);
          }
      }
  }

  /// Writes R x C pixels of the filters from `filter` on; a vector holds the filters of one pixel.
  template <int R, int C>
  static void write(core::c_array<Vector, R, C>& values, float* to, float const* added, int g, int filter, int y,
                    int x) {
    constexpr int rest = filters % Vector::size;
    if constexpr (p.out.inner.pixels() == 1 && !p.out.bordered()) {
      // The filters of the one pixel lie side by side.
      int const at = g * filters + filter;
      if (filter + Vector::size > filters)
        finish<0, rest == 0 ? Vector::size : rest>(values[0][0], to + at, added, at);
      else
        finish<0, Vector::size>(values[0][0], to + at, added, at);
    } else {
      // Rows that a vector takes at once, where they are short.
      constexpr int lines = C >= Vector::size ? 1 : core::smaller(R, Vector::size / C);
      int const count = core::smaller(Vector::size, filters - filter);
      detail::run_blocks<R, lines>([&](auto height, int line) {
        detail::run_blocks<C, core::smaller(C, Vector::size)>([&](auto width, int column) {
          Vector turned[Vector::size];
#pragma GCC unroll 32
          for (int i = 0; i < Vector::size; ++i)
            turned[i] = i < height * width ? values[line + i / width][column + i % width] : Vector(0.0f);
          transpose(turned);
          for (int m = 0; m < count; ++m) {
            int const channel = g * filters + filter + m;
            core::for_constexpr<height>([&]<int I>() {
              finish<I * width, width>(turned[m], to + p.out.at(channel, y + line + I, x + column), added,
                                       p.added.at(channel, y + line + I, x + column));
            });
          }
        });
      });
    }
  }

  template <int First, int Count>
  static void finish(Vector value, float* to, float const* added, int at) {
    if constexpr (p.adds()) value += Vector::template load_lanes<First, Count>(added + at);
    Function::value(value).template store_lanes<First, Count>(to);
  }
};

}  // namespace polyfold::simd
