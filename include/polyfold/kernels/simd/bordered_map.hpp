// Feature maps with a border: each channel's plane is surrounded by columns and rows of zeros, so that a window which
// hangs over the edge reads zeros and kernels need no clipping.
#pragma once

#include <cstring>
#include <tuple>
#include <type_traits>

#include <polyfold/core/tensor.hpp>
#include <polyfold/core/window.hpp>
#include <polyfold/kernels/simd/vector.hpp>

namespace polyfold::simd {

/// How a map of shape `inner` lies in memory. All sizes in floats.
struct map_layout {
  shape inner{};
  int border_y = 0;
  int border_x = 0;
  int gap = 0;  // behind each plane

  [[nodiscard]] constexpr int pitch() const { return inner.width + 2 * border_x; }
  [[nodiscard]] constexpr int plane_without_gap() const { return (inner.height + 2 * border_y) * pitch(); }
  [[nodiscard]] constexpr int plane() const { return plane_without_gap() + gap; }
  [[nodiscard]] constexpr int size() const { return inner.channels * plane(); }
  [[nodiscard]] constexpr bool bordered() const { return border_y > 0 || border_x > 0; }
  /// All elements lie side by side.
  [[nodiscard]] constexpr bool contiguous() const { return !bordered() && gap == 0; }
  /// Position of element (c, y, x); the border has negative coordinates and those behind the end.
  [[nodiscard]] constexpr int at(int c, int y, int x) const {
    return c * plane() + (y + border_y) * pitch() + border_x + x;
  }
  friend constexpr bool operator==(map_layout const&, map_layout const&) = default;
};

/// The border, alike at both ends, that a window along one direction needs.
[[nodiscard]] constexpr int border_for(window_axis const& a) { return core::larger(a.before, a.after); }

template <map_layout L>
struct bordered_layout {
  static constexpr bool keeps_row_before = false;
  template <shape S>
  struct mapping {
    static_assert(S.channels <= L.inner.channels && S.height == L.inner.height && S.width == L.inner.width);
    [[nodiscard]] static constexpr int row(int c, int y) { return L.at(c, y, 0); }
    template <shape Part>
    [[nodiscard]] constexpr mapping<Part> of() const {
      return {};
    }
  };
};

/// A view of a bordered map.
template <class T, map_layout L>
using bordered_view = tensor_view<T, L.inner, bordered_layout<L>>;

/// Sets the border of every plane to zero.
template <class Vector, map_layout L>
void clear_border(float* map) {
  if constexpr (L.bordered()) {
    for (int c = 0; c < L.inner.channels; ++c) {
      float* const plane = map + c * L.plane();
      // The right border of a row and the left one of the next are neighbours.
      int const first = L.border_y * L.pitch() + L.border_x;
      std::memset(plane, 0, std::size_t(first) * sizeof(float));
      float* gap = plane + first + L.inner.width;
      for (int y = 1; y < L.inner.height; ++y, gap += L.pitch())
        for (int i = 0; i < 2 * L.border_x; ++i) gap[i] = 0.0f;
      std::memset(gap, 0, std::size_t(plane + L.plane_without_gap() - gap) * sizeof(float));
    }
  }
}

/// Calls f(offset of the first map's element, ..., constant number of elements) for the rows of maps of one shape, piece by
/// piece: pieces have Vector::size elements but for the last of a row. Contiguous maps are one long row.
template <class Vector, map_layout... L, class F>
void for_each_piece(F f) {
  constexpr shape inner = std::get<0>(std::tuple{L.inner...});
  constexpr bool flat = (L.contiguous() && ...);
  constexpr int width = flat ? inner.size() : inner.width;
  constexpr int rows = flat ? 1 : inner.height;
  constexpr int planes = flat ? 1 : inner.channels;
  constexpr int whole = width / Vector::size * Vector::size;
  for (int c = 0; c < planes; ++c)
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < whole; x += Vector::size) f(std::integral_constant<int, Vector::size>{}, L.at(c, y, x)...);
      if constexpr (whole < width) f(std::integral_constant<int, width - whole>{}, L.at(c, y, whole)...);
    }
}

/// Copies a map without a border into one with.
template <class Vector, map_layout To>
void copy_into(float* to, float const* from) {
  for_each_piece<Vector, map_layout{To.inner}, To>([&](auto count, int source, int target) {
    Vector::template load_lanes<0, count>(from + source).template store_lanes<0, count>(to + target);
  });
}

}  // namespace polyfold::simd
