// Two numbers of 16 bits in the lanes of a word. Where the processor has instructions for them they are used; the portable
// bodies give the same bits.
#pragma once

#include <cstdint>
#include <type_traits>

#ifdef __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

namespace polyfold::integer::detail {

/// Whether two products are one instruction; else their lanes are better parted once for all filters.
#ifdef __ARM_FEATURE_SIMD32
inline constexpr bool has_dual_products = true;
#else
inline constexpr bool has_dual_products = false;
#endif

/// The low lanes of both, the first one's low.
[[gnu::always_inline, nodiscard]] constexpr unsigned low_lanes(unsigned a, unsigned b) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) {
    unsigned both;  // compilers take three instructions for it
    asm("pkhbt %0, %1, %2, lsl #16" : "=r"(both) : "r"(a), "r"(b));
    return both;
  }
#endif
  return (a & 0xffffu) | b << 16;
}
/// The high lanes of both.
[[gnu::always_inline, nodiscard]] constexpr unsigned high_lanes(unsigned a, unsigned b) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) {
    unsigned both;
    asm("pkhtb %0, %1, %2, asr #16" : "=r"(both) : "r"(b), "r"(a));
    return both;
  }
#endif
  return a >> 16 | (b & 0xffff0000u);
}

[[gnu::always_inline, nodiscard]] constexpr int low_lane(unsigned a) { return static_cast<std::int16_t>(a & 0xffffu); }
[[gnu::always_inline, nodiscard]] constexpr int high_lane(unsigned a) { return static_cast<std::int16_t>(a >> 16); }

/// sum + the product of the low lanes + that of the high ones.
[[gnu::always_inline, nodiscard]] constexpr int multiply_lanes(unsigned a, unsigned b, int sum) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) return int(__smlad(int16x2_t(a), int16x2_t(b), sum));
#endif
  return sum + low_lane(a) * low_lane(b) + high_lane(a) * high_lane(b);
}

/// Codes 0 and 2, and 1 and 3, of four in a row.
struct four_codes {
  unsigned even;
  unsigned odd;
};
[[gnu::always_inline, nodiscard]] constexpr four_codes widened_codes(std::int8_t const* codes) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) {
    unsigned four;
    __builtin_memcpy(&four, codes, 4);
    return {unsigned(__sxtb16(int8x4_t(four))), unsigned(__sxtb16(int8x4_t(four >> 8 | four << 24)))};
  }
#endif
  return {low_lanes(unsigned(codes[0]), unsigned(codes[2])), low_lanes(unsigned(codes[1]), unsigned(codes[3]))};
}

}  // namespace polyfold::integer::detail
