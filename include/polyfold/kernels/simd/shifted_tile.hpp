// The inputs under a window as a source of tile_product.hpp: a plane for each position in the window, the map shifted by it.
//
// Shifting and gathering are done once for all filters, so that the product reads vectors of neighbouring pixels whatever
// the stride and however short the rows are.
#pragma once

#include <polyfold/kernels/simd/tile_product.hpp>

namespace polyfold {

template <class Vector, map_layout In, window W>
struct shifted_tile {
  static constexpr int width = W.output_width(In.inner.width);
  using pixels = tile_pixels<Vector, width>;
  static constexpr int channels = In.inner.channels;
  static constexpr int terms = W.area();

  static constexpr bool possible =
      W.stride_x <= 2 && pixels::well_filled(W.output_height(In.inner.height)) && In.inner.pixels() > 1;

  /// A load and a store for each row of a plane; strided rows take two loads and a shuffle.
  [[nodiscard]] static constexpr double cycles(int height, int vectors) {
    int const under = (height - 1) * W.stride_y + W.height;
    return terms * height * vectors * (W.stride_x == 1 ? 2.0 : 3.5) +
           under * detail::row_cycles(vectors * pixels::span * W.stride_x);
  }

  template <int Height, int Width>
  [[gnu::noinline]] static void fill(float const* in, int first, int last, int y, int vector, float* tile) {
    constexpr int plane = pixels::plane(Height, Width);
    for (int c = first; c < last; ++c)
      for (int i = 0; i < W.height; ++i)
#pragma GCC unroll 8
        for (int s = 0; s < W.width; ++s, tile += plane)
#pragma GCC unroll 8
          for (int r = 0; r < Height; ++r)
#pragma GCC unroll 8
            for (int v = 0; v < Width; ++v)
              detail::load_strided<Vector, pixels::span, W.stride_x>(
                  in + In.at(c, (y + r) * W.stride_y - W.padding_y + i,
                             pixels::column(vector + v) * W.stride_x - W.padding_x + s))
                  .template store_lanes<0, pixels::span>(tile + pixels::at(r, v, Width));
  }
};

}  // namespace polyfold
