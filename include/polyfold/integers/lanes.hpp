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

/// Whether half of the registers hold sums, and words alone are read at offsets.
#if defined(__thumb__) && !defined(__thumb2__)
inline constexpr bool has_few_registers = true;
#else
inline constexpr bool has_few_registers = false;
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

/// Codes 0 and 2 of four in a word, and codes 1 and 3.
[[gnu::always_inline, nodiscard]] constexpr unsigned even_codes(unsigned four) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) return unsigned(__sxtb16(int8x4_t(four)));
#endif
  return low_lanes(unsigned(static_cast<std::int8_t>(four & 0xffu)),
                   unsigned(static_cast<std::int8_t>(four >> 16 & 0xffu)));
}
[[gnu::always_inline, nodiscard]] constexpr unsigned odd_codes(unsigned four) {
#ifdef __ARM_FEATURE_SIMD32
  if (!std::is_constant_evaluated()) {
    unsigned two;  // compilers rotate in an instruction of its own
    asm("sxtb16 %0, %1, ror #8" : "=r"(two) : "r"(four));
    return two;
  }
#endif
  return even_codes(four >> 8);
}

/// Where a block of sums takes all registers, compilers for small cores are not to move loads to the front, to add in another
/// order, nor to keep what they could load again: they would put sums on the stack instead.
[[gnu::always_inline]] constexpr void keep_order() {
#ifdef __ARM_ARCH_ISA_THUMB
  if (!std::is_constant_evaluated()) asm volatile("");
#endif
}
[[gnu::always_inline]] constexpr void keep_in_register([[maybe_unused]] int& sum) {
#ifdef __ARM_ARCH_ISA_THUMB
  if (!std::is_constant_evaluated()) asm("" : "+r"(sum));
#endif
}
template <class Number>
[[gnu::always_inline]] constexpr void load_again([[maybe_unused]] Number*& from) {
#ifdef __ARM_ARCH_ISA_THUMB
  if (!std::is_constant_evaluated()) asm("" : "+r"(from));
#endif
}

}  // namespace polyfold::integer::detail
