// From sums of 32 bits to codes, without a product of 64 bits, which small cores do not have:
//
//   code = ((sum >> before) * multiplier + 2^(after - 1)) >> after
//
// `before` leaves a sum at most 16 bits, sign included; the multiplier has 15. Rounding is half up.
#pragma once

#include <cstdint>

#include <polyfold/core/arithmetic.hpp>

namespace polyfold::integer {

/// sum * 2^-bits, rounded half up.
[[gnu::always_inline, nodiscard]] constexpr int rounded_shift(int sum, int bits) {
  return bits == 0 ? sum : (sum + (1 << (bits - 1))) >> bits;
}

struct requantisation {
  std::int16_t multiplier = 0;
  std::uint8_t before = 0;
  std::uint8_t after = 0;

  [[gnu::always_inline, nodiscard]] constexpr int operator()(int sum) const { return rest(sum >> before); }
  /// The same, once sums have been shifted by `before`.
  [[gnu::always_inline, nodiscard]] constexpr int rest(int shifted) const {
    return (shifted * multiplier + (1 << after >> 1)) >> after;
  }
  friend constexpr bool operator==(requantisation const&, requantisation const&) = default;
};

[[gnu::always_inline, nodiscard]] constexpr int clamped(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

/// The largest magnitude of numbers up to `bound` after a rounded shift.
[[nodiscard]] constexpr long long shifted_bound(long long bound, int shift) {
  return shift == 0 ? bound : (bound + (1LL << (shift - 1))) >> shift;
}
/// The shift that brings numbers up to `bound` down to so many bits, beside a sign; 0 where they are.
[[nodiscard]] constexpr int shift_to_bits(long long bound, int bits) {
  int shift = 0;
  while (shifted_bound(bound, shift) >= 1LL << bits) ++shift;
  return shift;
}

}  // namespace polyfold::integer
