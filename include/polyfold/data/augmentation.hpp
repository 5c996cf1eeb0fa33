// Random changes to training images that leave their class as it is: a crop of the padded image, a mirror image, a turn with
// scaling and shear, and a square without content (Simard, Steinkraus & Platt 2003; DeVries & Taylor 2017, "Cutout").
#pragma once

#include <cmath>
#include <cstdint>

namespace polyfold {

/// How far images are turned, scaled, sheared and moved: each is drawn evenly, up to so much either way. Between pixels images
/// are interpolated. Digits of 28 x 28 pixels stand {10, 0.1f, 0.1f, 1.5f}.
struct affine_changes {
  float rotation = 0;  ///< degrees
  float scale = 0;     ///< height and width, each by a factor from 1 - scale to 1 + scale
  float shear = 0;     ///< columns to the side for each row
  float shift = 0;     ///< pixels, down and across

  [[nodiscard]] constexpr bool used() const { return rotation > 0 || scale > 0 || shear > 0 || shift > 0; }
  friend constexpr bool operator==(affine_changes const&, affine_changes const&) = default;
};

}  // namespace polyfold

namespace polyfold::training {

/// Which changes are drawn.
struct augmentation {
  int shift = 0;  ///< up to so many pixels up, down, left and right: a crop of the image with a black border as wide
  bool flip = false;  ///< every second image, on average, is mirrored left to right
  affine_changes affine{};
  int cutout =
      0;  ///< side of the square that is blanked: what of it lies on the image, whose pixels all are its middle as often
};

/// Where a pixel comes from, both seen from the middle of the image: down_of_down * down + down_of_right * right + down, and so
/// for columns.
struct affine_source {
  bool used = false;
  float down_of_down = 1;
  float down_of_right = 0;
  float right_of_down = 0;
  float right_of_right = 1;
  float down = 0;
  float right = 0;
};

/// One draw: the image is mirrored first, then turned, scaled and sheared, then moved down and right; what moves in is black.
/// At last a square of `cutout` pixels a side is set to 0 after normalisation.
struct placement {
  int down = 0;
  int right = 0;
  bool mirrored = false;
  affine_source affine{};
  int cutout = 0;
  std::uint64_t cutout_at = 0;  ///< its middle, modulo the pixels of an image
};

/// A number from -largest to largest.
template <class Random>
[[nodiscard]] float drawn_up_to(float largest, Random& random) {
  return largest * (float(random() >> 40U) * 0x1p-23f - 1);
}

template <class Random>
[[nodiscard]] affine_source draw_affine(affine_changes const& a, Random& random) {
  float const turn = drawn_up_to(a.rotation, random) * 0.017453293f;
  float const height = 1 + drawn_up_to(a.scale, random);
  float const width = 1 + drawn_up_to(a.scale, random);
  float const shear = drawn_up_to(a.shear, random);
  float const down = drawn_up_to(a.shift, random);
  float const right = drawn_up_to(a.shift, random);
  float const c = std::cos(turn);
  float const s = std::sin(turn);
  // Turned by the angle after it was sheared after it was scaled; here the way back.
  affine_source from{.used = true,
                     .down_of_down = c / height,
                     .down_of_right = -s / height,
                     .right_of_down = (s - shear * c) / width,
                     .right_of_right = (c + shear * s) / width};
  from.down = -(from.down_of_down * down + from.down_of_right * right);
  from.right = -(from.right_of_down * down + from.right_of_right * right);
  return from;
}

/// Draws from `random`, a 64-bit generator: equal states give equal placements.
template <class Random>
[[nodiscard]] placement draw(augmentation const& a, Random& random) {
  auto const range = static_cast<std::uint64_t>(2 * a.shift + 1);
  placement result;
  result.down = static_cast<int>(random() % range) - a.shift;
  result.right = static_cast<int>(random() % range) - a.shift;
  if (a.flip) result.mirrored = (random() >> 63U) != 0;
  if (a.affine.used()) result.affine = draw_affine(a.affine, random);
  result.cutout = a.cutout;
  if (a.cutout > 0) result.cutout_at = random() >> 11U;
  return result;
}

}  // namespace polyfold::training
