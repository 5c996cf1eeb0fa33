// A product with one weight per plane (a 1 x 1 convolution) over planes that are computed as they are needed: a source
// fills a tile of a few pixels with its planes, the product takes them from the first cache. They never lie in memory as maps.
//
// Neighbouring pixels share a vector and weights are broadcast, as in pixel_convolution.hpp. Sums of filters x vectors stay in
// registers while some planes pass; the next filters read the same tile. The planes of many channels come in pieces, so that
// a tile of any number of channels stays in the first cache.
#pragma once

#include <cstring>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/kernels/simd/convolution_problem.hpp>

namespace polyfold::simd {

/// How the pixels of maps of this width lie in vectors: side by side in a row, or, where rows are short, several whole rows in
/// one vector. The last vector of a row ends where the row ends and holds some pixels of the one before again.
template <class Vector, int Width>
struct tile_pixels {
  static constexpr int span = core::smaller(Width, Vector::size);  // neighbours
  static constexpr int lines = Vector::size / span;                // rows in a vector
  static constexpr int columns = core::ceil_div(Width, Vector::size);

  /// At least three quarters of the lanes hold a pixel that no other lane holds. With fewer, neighbouring filters fill vectors
  /// better.
  [[nodiscard]] static constexpr bool well_filled(int height) {
    return 4 * height * Width >= 3 * plane(height, columns);
  }
  [[nodiscard]] static constexpr int column(int vector) { return core::smaller(vector * Vector::size, Width - span); }
  /// Floats of one plane of a tile of `rows` rows and `width` vectors; where row `r`, vector `v` of it begins.
  [[nodiscard]] static constexpr int plane(int rows, int width) {
    return core::ceil_div(rows, lines) * width * Vector::size;
  }
  [[nodiscard]] static constexpr int at(int r, int v, int width) {
    return (r / lines * width + v) * Vector::size + r % lines * span;
  }
};

namespace detail {

/// Vector::size values or Count, `Stride` apart, from `from` on; nothing behind the last is read.
template <class Vector, int Count, int Stride>
[[nodiscard]] Vector load_strided(float const* from) {
  if constexpr (Stride == 1) {
    return Vector::template load_lanes<0, Count>(from);
  } else {
    static_assert(Stride == 2);
    constexpr int half = Vector::size / 2;
    if constexpr (Count <= half) {
      Vector const a = Vector::template load_lanes<0, 2 * Count - 1>(from);
      return Vector::shuffle(a, a, every_second<0>{});
    } else {
      // The second load starts one float early so that it ends with the last value.
      Vector const a = Vector::load(from);
      Vector const b = Vector::template load_lanes<0, 2 * (Count - half)>(from + Vector::size - 1);
      struct joined {
        static constexpr int at(int i) { return i < half ? 2 * i : 2 * i + 1; }
      };
      return Vector::shuffle(a, b, joined{});
    }
  }
}

}  // namespace detail

/// Source:
///   channels, terms         it has channels * terms planes: the input of Problem, whose window is one pixel
///   channel_size(rows, vectors), place(term, rows, vectors)
///                           floats of a tile for one channel, and where a plane of it begins among them
///   cycles(rows, vectors)   time to fill a tile with one channel
///   fill<rows, vectors>(in, first channel, last, y, vector, tile)
///                           fills the tile whose first pixel is row y, column(vector), channel by channel
template <class Vector, convolution_problem Problem, class Source, class Function>
struct tile_product {
  static constexpr convolution_problem p = Problem;
  static constexpr machine const& cpu = modelled_machine;
  static constexpr shape out = p.convolved();
  static constexpr int filters = p.filters();
  static constexpr int channels = Source::channels / p.groups;
  using pixels = tile_pixels<Vector, out.width>;

  static_assert(!p.pools || (out.width >= Vector::size && out.width % 2 == 0 && out.height % 2 == 0));

  /// Channels whose planes lie in the tile at once.
  [[nodiscard]] static constexpr int channels_of_tile(int rows, int columns) {
    return detail::channels_at_once(channels, Source::channel_size(rows, columns));
  }

  /// In cycles for all outputs, planes included.
  static constexpr detail::block_size block = [] {
    constexpr int step = p.pools ? 2 : pixels::lines;
    constexpr int highest = core::smaller(core::ceil_div(out.height, step) * step, 8 * pixels::lines);
    constexpr detail::block_size most{core::smaller(filters, 28), highest, core::smaller(pixels::columns, 4)};
    return detail::cheapest_block(most, step, 1, [](int m, int r, int c) {
      if ((m + 1) * pixels::plane(r, c) / Vector::size + 1 > Vector::registers) return detail::impossible;
      double cycles = 0;
      detail::for_blocks(out.height, r, [&](int lines, int height) {
        detail::for_blocks(pixels::columns, c, [&](int pieces, int width) {
          int const vectors = pixels::plane(height, width) / Vector::size;
          double tile = channels * Source::cycles(height, width);
          // Planes are few: starting a block counts, and loads beside the products, even from the first cache.
          detail::for_blocks(filters, m, [&](int many, int size) {
            double const of_plane =
                core::larger(size * vectors / cpu.products, cpu.latency) + cpu.tile_load * (size + vectors);
            tile += many * (p.fan_in() * of_plane + cpu.block_start);
          });
          tile += filters * height * (p.adds() ? 2 : 1) * detail::row_cycles(width * pixels::span);
          // Sums between pieces of channels, from the second cache where there are many.
          int const resumed = core::ceil_div(channels, channels_of_tile(r, c)) - 1;
          tile += resumed * filters * vectors *
                  (filters * vectors * Vector::size > cpu.cached_sums ? cpu.far_resumed : cpu.resumed);
          cycles += lines * pieces * tile;
        });
      });
      return p.groups * cycles;
    });
  }();

  static constexpr int piece = channels_of_tile(block.rows, block.columns);
  static constexpr int pieces = core::ceil_div(channels, piece);
  static constexpr int plane = pixels::plane(block.rows, block.columns);
  static constexpr int tile_size = piece * Source::channel_size(block.rows, block.columns);

  /// Biases in order, then the weights as the blocks read them: group, piece of channels, block of filters, plane, filter.
  static constexpr int packed_size = p.groups * filters * (1 + p.fan_in());
  /// The tile, then the sums between pieces of channels.
  static constexpr int scratch = tile_size + (pieces == 1 ? 0 : filters * plane);

  template <class Weight, class Bias>
  static void pack(Weight weight, Bias bias, float* packed) {
    for (int m = 0; m < p.groups * filters; ++m) *packed++ = bias(m);
    for (int g = 0; g < p.groups; ++g)
      for (int c = 0; c < channels; c += piece)
        detail::run_blocks<filters, block.filters>([&](auto size, int first) {
          for (int i = c * Source::terms; i < core::smaller(channels, c + piece) * Source::terms; ++i)
            for (int m = 0; m < size; ++m) *packed++ = weight(g * filters + first + m, i);
        });
  }

  static void run(float const* packed, float const* in, float* to, float const* added, float* memory) {
    // Lanes without a pixel are computed and never written: nothing slow, such as denormal numbers, may lie there.
    if constexpr (pixels::plane(out.height, 1) != out.height * pixels::span)
      std::memset(memory, 0, tile_size * sizeof(float));
    detail::run_blocks<out.height, block.rows>([&](auto rows, int y) {
      detail::run_blocks<pixels::columns, block.columns>([&](auto width, int vector) {
        float const* weights = packed + p.groups * filters;
        for (int g = 0; g < p.groups; ++g)
          for (int c = 0; c < channels; c += piece) {
            int const last = core::smaller(channels, c + piece);
            Source::template fill<rows, width>(in, g * channels + c, g * channels + last, y, vector, memory);
            detail::run_blocks<filters, block.filters>([&](auto size, int first) {
              int const filter = g * filters + first;
              float* const partial = memory + tile_size + first * pixels::plane(rows, width);
              tile_part const part{memory, last - c, c == 0, last == channels};
              sums<size, rows, width>(weights, packed + filter, part, to, added, partial, filter, y, vector);
              weights += size * part.channels * Source::terms;
            });
          }
      });
    });
  }

 private:
  struct tile_part {
    float const* tile;
    int channels;
    bool first, last;
  };

  template <int R, int C>
  static constexpr auto places = [] {
    core::fixed_array<int, Source::terms> all{};
    for (int t = 0; t < Source::terms; ++t) all[t] = Source::place(t, R, C);
    return all;
  }();

  /// Adds the planes of a tile to the sums of M filters.
  template <int M, int R, int C>
  [[gnu::noinline]] static void sums(float const* weights, float const* biases, tile_part part, float* to,
                                     float const* added, float* partial, int filter, int y, int vector) {
    constexpr int vectors = pixels::plane(R, C) / Vector::size;
    core::c_array<Vector, M, vectors> sum;
#pragma GCC unroll 32
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 32
      for (int v = 0; v < vectors; ++v)
        sum[m][v] = part.first ? Vector(biases[m]) : Vector::load(partial + (m * vectors + v) * Vector::size);

    float const* channel = part.tile;
    for (int c = 0; c < part.channels; ++c, channel += Source::channel_size(R, C))
      for (int const place : places<R, C>) {
        core::c_array<Vector, vectors> x;
#pragma GCC unroll 32
        for (int v = 0; v < vectors; ++v) x[v] = Vector::load(channel + place + v * Vector::size);
#pragma GCC unroll 32
        for (int m = 0; m < M; ++m, ++weights) {
          Vector const weight(*weights);
#pragma GCC unroll 32
          for (int v = 0; v < vectors; ++v) sum[m][v] = mul_add(x[v], weight, sum[m][v]);
        }
      }

    if (!part.last) {
#pragma GCC unroll 32
      for (int m = 0; m < M; ++m)
#pragma GCC unroll 32
        for (int v = 0; v < vectors; ++v) sum[m][v].store(partial + (m * vectors + v) * Vector::size);
      return;
    }
#pragma GCC unroll 32
    for (int m = 0; m < M; ++m) write<R, C>(sum[m], to, added, filter + m, y, vector);
  }

  template <int R, int C>
  static void write(Vector const* sum, float* to, float const* added, int filter, int y, int vector) {
    if constexpr (p.pools) {
#pragma GCC unroll 32
      for (int r = 0; r < R; r += 2)
#pragma GCC unroll 32
        for (int c = 0; c < C; ++c)
          Function::value(maximum_of_pairs(maximum(sum[r * C + c], sum[(r + 1) * C + c])))
              .template store_lanes<0, Vector::size / 2>(to +
                                                         p.out.at(filter, (y + r) / 2, pixels::column(vector + c) / 2));
    } else {
      [&]<int... I>(std::integer_sequence<int, I...>) {
        (finish<I / C % pixels::lines * pixels::span>(sum[I / C / pixels::lines * C + I % C], to, added, filter,
                                                      y + I / C, pixels::column(vector + I % C)),
         ...);
      }
      (std::make_integer_sequence<int, R * C>{});
    }
  }

  /// Writes one row of a vector, which begins at lane First.
  template <int First>
  static void finish(Vector value, float* to, float const* added, int filter, int y, int x) {
    if constexpr (p.adds()) value += Vector::template load_lanes<First, pixels::span>(added + p.added.at(filter, y, x));
    Function::value(value).template store_lanes<First, pixels::span>(to + p.out.at(filter, y, x));
  }
};

}  // namespace polyfold::simd
