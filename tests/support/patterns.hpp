// Images that a tiny network learns in a second: 8 x 8, four classes, a bright bar in noise.
#pragma once

#include <cstdint>

#include <polyfold/data/image_set.hpp>

#include "support/random.hpp"

namespace test {

inline constexpr int bar_classes = 4;

/// `count` images. The bar is two pixels wide and lies at the top, at the bottom, left or right: classes 0 to 3.
[[nodiscard]] inline polyfold::image_set bars(int count, std::uint64_t seed) {
  random_numbers random(seed);
  polyfold::image_set images{1, 8, 8, {}, {}};
  for (int i = 0; i < count; ++i) {
    int const label = random.below(bar_classes);
    images.labels.push_back(static_cast<std::uint8_t>(label));
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 8; ++x) {
        int const across = label < 2 ? y : x;
        int const first = label % 2 == 0 ? 1 : 5;
        bool const bright = across == first || across == first + 1;
        images.pixels.push_back(static_cast<std::uint8_t>(random.below(120) + (bright ? 100 : 0)));
      }
  }
  return images;
}

}  // namespace test
