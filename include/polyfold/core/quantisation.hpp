// Stored parameters of one byte: number = code * scale, with codes from -127 to 127 and no zero point.
//
// Scales take one byte themselves: (1 + m / 8) 2^(e - 24), with e in the five high bits of the byte and m in the three low
// ones. Neighbouring scales differ by 6 to 12 %, so the coarse ones cost less than a tenth of a bit, and a product of a
// code and a scale has no rounding: the same float32 on every machine.
#pragma once

#include <bit>
#include <cstdint>

#include <polyfold/core/platform.hpp>

namespace polyfold {

/// Which coefficients of a layer share a scale. Its biases always have one of their own.
enum class scales_per {
  layer,   ///< all of them
  degree,  ///< those that multiply polynomials of the same degree, along each axis that running sums serve
  filter,  ///< those of one filter (one partial product where the output axis is cut)
};

}  // namespace polyfold

namespace polyfold::core {

inline constexpr int largest_code = 127;

/// The scale that a byte stands for: 2^-24 (0) to 1.875 * 2^7 (255), growing with the byte.
[[nodiscard]] constexpr float scale_of(std::uint8_t byte) {
  constexpr std::uint32_t lowest_exponent = 127 - 24;  // with float32's bias
  return std::bit_cast<float>(((byte >> 3) + lowest_exponent) << 23 | std::uint32_t(byte & 7) << 20);
}

}  // namespace polyfold::core
