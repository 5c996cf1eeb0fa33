// Shapes of feature maps, and ranges of their rows.
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

/// Half-open range [first, last).
struct index_range {
  int first = 0;
  int last = 0;
};
/// Of row numbers.
using row_range = index_range;

}  // namespace polyfold

namespace polyfold::core {

[[nodiscard]] constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace polyfold::core
