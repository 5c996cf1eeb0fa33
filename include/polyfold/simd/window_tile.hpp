// The moments of windows as a source of tile_product.hpp: row and column moments of a few output rows, from one vector of
// neighbouring pixels to the next, straight from the input map.
//
// Row moments of a strip of rows stay in registers while the column moments of it are taken. Those that two strips share are
// computed twice: a few additions, where keeping them would take a store and a load each.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/kernels/simd/tile_product.hpp>

namespace polyfold::simd {

template <class Vector, class Rows, class Columns, map_layout In>
struct window_tile;

template <class Vector, shape Source, window Along, shape Rowed, window W, int Order, basis_kind Kind, map_layout In>
struct window_tile<Vector, fold::row_moments<Source, Along, Order, Kind>, fold::column_moments<Rowed, W, Order, Kind>,
                   In> {
  using rows = fold::row_moments<Source, Along, Order, Kind>;
  using columns = fold::column_moments<Rowed, W, Order, Kind>;
  using pixels = tile_pixels<Vector, columns::output.width>;
  static constexpr int channels = Source.channels;
  static constexpr int terms = columns::terms;

  [[nodiscard]] static constexpr int channel_size(int rows, int vectors) {
    return terms * pixels::plane(rows, vectors);
  }
  [[nodiscard]] static constexpr int place(int term, int rows, int vectors) {
    return term * pixels::plane(rows, vectors);
  }

  /// Rows of the input under so many output rows.
  [[nodiscard]] static constexpr int under(int count) { return (count - 1) * W.y.stride + W.y.extent(); }

  /// Output rows at once: the row moments under them leave some registers for the rest.
  static constexpr int strip = [] {
    int count = 1;
    while (count < columns::output.height && columns::row_terms * under(count + 1) <= Vector::registers * 3 / 4)
      ++count;
    return count;
  }();

  /// An addition takes half a cycle, a load that crosses cache lines or a store a whole one.
  [[nodiscard]] static constexpr double cycles(int height, int width) {
    double const row = W.x.size * W.x.stride + operations<typename rows::basis>() / modelled_machine.additions;
    double column = terms;
    columns::for_each_degree([&]<int J>() {
      column += operations<typename columns::template column_basis<J>::basis>() / modelled_machine.additions;
    });
    double total = 0;
    detail::for_blocks(height, strip, [&](int many, int size) { total += many * (under(size) * row + size * column); });
    return width * total + under(height) * detail::row_cycles(width * pixels::span * W.x.stride);
  }

  template <int Height, int Width>
  [[gnu::noinline]] static void fill(float const* in, int first, int last, int y, int vector, float* tile) {
    constexpr int plane = pixels::plane(Height, Width);
    for (int c = first; c < last; ++c, tile += terms * plane)
      for (int v = 0; v < Width; ++v)
        detail::run_blocks<Height, core::smaller(strip, Height)>([&](auto count, int r) {
          fill_strip<count, Width, plane>(in + In.at(c, W.y.start(y + r), W.x.start(pixels::column(vector + v))), r, v,
                                          tile);
        });
  }

 private:
  template <class Basis>
  [[nodiscard]] static constexpr double operations() {
    // Vectors read tables.
    return Basis::running_sums ? static_cast<double>(Basis::along.analysis_additions())
                               : static_cast<double>(Basis::terms * (2 * Basis::length - 1));
  }

  /// `Count` rows of one vector: `r`, `v` is the place of the first in the tile.
  template <int Count, int Width, int Plane>
  static void fill_strip(float const* from, int r, int v, float* tile) {
    constexpr int height = under(Count);
    core::c_array<Vector, columns::row_terms, height> row;
#pragma GCC unroll 32
    for (int i = 0; i < height; ++i)
      rows::basis::analyse(
          [&](int s) {
            return detail::load_strided<Vector, pixels::span, W.x.stride>(from + i * In.pitch() + s * W.x.dilation);
          },
          [&](int k, Vector const& m) { row[k][i] = m; });
    columns::for_each_degree([&]<int J>() { fill_degree<J, Count, Width, Plane>(row[J], r, v, tile); });
  }

  /// The column moments beside degree J along the row.
  template <int J, int Count, int Width, int Plane>
  static void fill_degree(Vector const* row, int r, int v, float* tile) {
    float* const planes = tile + columns::first_at(J) * Plane;
#pragma GCC unroll 32
    for (int o = 0; o < Count; ++o)
      columns::template column_basis<J>::basis::analyse(
          [&](int i) { return row[o * W.y.stride + i * W.y.dilation]; },
          [&](int k, Vector const& m) {
            m.template store_lanes<0, pixels::span>(planes + k * Plane + pixels::at(r + o, v, Width));
          });
  }
};

}  // namespace polyfold::simd
