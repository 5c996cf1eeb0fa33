// Whether a number is finite, for what runs on the host: told by its bits, because under -ffast-math a compiler takes it that
// all numbers are, and drops std::isfinite and comparisons with NaN.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace polyfold::core {

/// Neither infinite nor NaN: not all bits of the exponent are set. The number is read where it lies: one passed by value
/// might be taken for finite.
[[nodiscard]] constexpr bool is_finite(float const& value) {
  constexpr std::uint32_t exponent = 0x7f800000;
  return (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
}
[[nodiscard]] constexpr bool is_finite(double const& value) {
  constexpr std::uint64_t exponent = 0x7ff0000000000000;
  return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
}

/// Whether all of `values` are.
[[nodiscard]] constexpr bool all_finite(std::span<float const> values) {
  bool all = true;
  for (float const& v : values) all &= is_finite(v);  // no early end: this way it is done vector by vector
  return all;
}

}  // namespace polyfold::core
