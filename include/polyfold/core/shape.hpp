// Shapes of feature maps, and the geometry of a window that slides over one.
#pragma once

#include <polyfold/core/platform.hpp>

namespace polyfold {

/// C x H x W of one image or feature map; a vector of n numbers is {n, 1, 1}.
struct shape {
  int channels = 0;
  int height = 0;
  int width = 0;

  [[nodiscard]] constexpr int size() const { return channels * height * width; }
  [[nodiscard]] constexpr int pixels() const { return height * width; }
  friend constexpr bool operator==(shape const&, shape const&) = default;
};

/// Kernel extent, stride and zero padding, each per direction.
struct window {
  int height = 1;
  int width = 1;
  int stride_y = 1;
  int stride_x = 1;
  int padding_y = 0;
  int padding_x = 0;

  [[nodiscard]] constexpr int area() const { return height * width; }
  /// Rows of the output over an input of `rows` rows; 0 or less where the window does not fit.
  [[nodiscard]] constexpr int output_height(int rows) const {
    return rows + 2 * padding_y < height ? 0 : (rows + 2 * padding_y - height) / stride_y + 1;
  }
  [[nodiscard]] constexpr int output_width(int columns) const {
    return columns + 2 * padding_x < width ? 0 : (columns + 2 * padding_x - width) / stride_x + 1;
  }
  friend constexpr bool operator==(window const&, window const&) = default;
};

/// Half-open range [first, last) of row numbers.
struct row_range {
  int first = 0;
  int last = 0;
};

/// The input rows that output row `y` of a window reads, clipped to the input's `rows`.
[[nodiscard]] constexpr row_range rows_under(window const& w, int y, int rows) {
  int const top = y * w.stride_y - w.padding_y;
  int const first = top < 0 ? 0 : top;
  int const last = top + w.height > rows ? rows : top + w.height;
  return {first, last < first ? first : last};
}

[[nodiscard]] constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace polyfold
