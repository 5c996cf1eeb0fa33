// Random changes to training images that leave their class as it is: a crop of the padded image, and a mirror image.
#pragma once

#include <cstdint>

namespace polyfold::training {

/// Which changes are drawn.
struct augmentation {
  int shift = 0;  ///< up to so many pixels up, down, left and right: a crop of the image with a black border as wide
  bool flip = false;  ///< every second image, on average, is mirrored left to right
};

/// One draw: the image is mirrored first, then moved down and right; what moves in is black.
struct placement {
  int down = 0;
  int right = 0;
  bool mirrored = false;
};

/// Draws from `random`, a 64-bit generator: equal states give equal placements.
template <class Random>
[[nodiscard]] placement draw(augmentation const& a, Random& random) {
  auto const range = static_cast<std::uint64_t>(2 * a.shift + 1);
  placement result;
  result.down = static_cast<int>(random() % range) - a.shift;
  result.right = static_cast<int>(random() % range) - a.shift;
  if (a.flip) result.mirrored = (random() >> 63U) != 0;
  return result;
}

}  // namespace polyfold::training
