// The inputs under a window as a source of tile_product.hpp: for each position in the window the map shifted by it.
//
// Shifting and gathering are done once for all filters, so that the product reads vectors of neighbouring pixels whatever
// the stride and however short the rows are. Planes that differ by whole rows of the output lie in one another: a strip of
// some rows more serves all of them.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/kernels/simd/tile_product.hpp>

namespace polyfold::simd {

template <class Vector, map_layout In, window W>
struct shifted_tile {
  static constexpr int width = W.x.outputs(In.inner.width);
  using pixels = tile_pixels<Vector, width>;
  static constexpr int channels = In.inner.channels;
  static constexpr int terms = W.area();

  static constexpr bool possible = W.y.dilation == 1 && W.x.dilation == 1 && W.x.stride <= 2 &&
                                   pixels::well_filled(W.y.outputs(In.inner.height)) && In.inner.pixels() > 1;

  /// Floats of the tile for each channel: of every column of the window a strip for each start.
  [[nodiscard]] static constexpr int channel_size(int rows, int vectors) {
    return W.x.size * start_of_strip(starts, rows, vectors);
  }
  /// Where the plane of window position `term` begins among them.
  [[nodiscard]] static constexpr int place(int term, int rows, int vectors) {
    int const row = term / W.x.size;
    return term % W.x.size * start_of_strip(starts, rows, vectors) + start_of_strip(row % period, rows, vectors) +
           pixels::at(row / period, 0, vectors);
  }

  /// A load and a store for each row of a strip; strided rows take two loads and a shuffle.
  [[nodiscard]] static constexpr double cycles(int height, int vectors) {
    int rows = 0;
    for (int b = 0; b < starts; ++b) rows += height + further(b);
    int const under = (height - 1) * W.y.stride + W.y.size;
    return W.x.size * rows * vectors *
               (W.x.stride == 1 ? modelled_machine.copied_vector : modelled_machine.strided_vector) +
           under * detail::row_cycles(vectors * pixels::span * W.x.stride);
  }

  template <int Height, int Width>
  [[gnu::noinline]] static void fill(float const* in, int first, int last, int y, int vector, float* tile) {
    for (int c = first; c < last; ++c)
      for (int s = 0; s < W.x.size; ++s) {
        core::for_constexpr<starts>([&]<int B>() {
          fill_strip<Height + further(B), Width>(in, c, W.y.start(y) + B, vector, s, tile);
          tile += start_of_strip(B + 1, Height, Width) - start_of_strip(B, Height, Width);
        });
      }
  }

 private:
  /// The next row lies equally far on in every lane.
  static constexpr bool even = pixels::lines == 1 || pixels::lines * pixels::span == Vector::size;
  /// Rows of the window so far apart share a strip; none where rows do not lie evenly.
  static constexpr int period = even ? W.y.stride : W.y.size;
  static constexpr int starts = core::smaller(period, W.y.size);

  /// Rows of strip `b` beyond those of the output.
  [[nodiscard]] static constexpr int further(int b) { return (W.y.size - 1 - b) / period; }
  [[nodiscard]] static constexpr int start_of_strip(int b, int rows, int vectors) {
    int const whole = core::ceil_div(rows, pixels::lines) * pixels::lines;
    int sum = 0;
    for (int i = 0; i < b; ++i) sum += pixels::plane(whole + further(i), vectors);
    return sum;
  }

  /// Every `stride`th row from `y` on, shifted by `s` columns.
  template <int Rows, int Width>
  static void fill_strip(float const* in, int c, int y, int vector, int s, float* strip) {
#pragma GCC unroll 32
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < Width; ++v)
        detail::load_strided<Vector, pixels::span, W.x.stride>(
            in + In.at(c, y + r * W.y.stride, W.x.start(pixels::column(vector + v)) + s))
            .template store_lanes<0, pixels::span>(strip + pixels::at(r, v, Width));
  }
};

}  // namespace polyfold::simd
