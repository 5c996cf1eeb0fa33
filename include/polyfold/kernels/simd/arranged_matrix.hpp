// A matrix of arranged weights times a vector: y_m = bias_m + sum over i of level[number(m, i)] * x_i.
//
// The level numbers stay packed in memory; a register of them is turned into weights by shifting and by looking up in a
// register of levels. Memory traffic is that of the numbers alone: 32 / bits weights in four bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/kernels/simd/convolution_problem.hpp>
#include <polyfold/kernels/simd/scalar.hpp>

namespace polyfold::simd {

static_assert(std::endian::native == std::endian::little,
              "polyfold: packed numbers are read from each byte of their words, lowest bits first");

namespace detail {

/// Tables of 2^Bits levels in registers. `possible` where the instruction set can look up that many.
template <class Vector, int Bits>
struct level_table {
  static constexpr bool possible = false;
};

#if defined(__AVX512F__)
template <class Vector, int Bits>
requires(Vector::size == 16 && Bits <= 5) struct level_table<Vector, Bits> {
  static constexpr bool possible = true;
  using numbers = __m512i;
  __m512 low, high;

  explicit level_table(float const* levels) {
    // The lookup takes four or five bits of each number: those above Bits belong to the next one and must not matter.
    alignas(64) float table[32];
    for (int i = 0; i < 32; ++i) table[i] = levels[i & ((1 << Bits) - 1)];
    low = _mm512_load_ps(table);
    high = _mm512_load_ps(table + 16);
  }
  [[nodiscard]] static numbers load(void const* packed) { return _mm512_loadu_si512(packed); }
  /// The levels of the lowest numbers of each element.
  [[nodiscard]] Vector operator()(numbers n) const {
    if constexpr (Bits <= 4)
      return typename Vector::batch(_mm512_permutexvar_ps(n, low));
    else
      return typename Vector::batch(_mm512_permutex2var_ps(low, n, high));
  }
  template <int Count>
  [[nodiscard]] static numbers shift(numbers n) {
    return _mm512_srli_epi32(n, Count);
  }
};
#endif

#if defined(__AVX2__)
template <class Vector, int Bits>
requires(Vector::size == 8 && Bits <= 4) struct level_table<Vector, Bits> {
  static constexpr bool possible = true;
  using numbers = __m256i;
  __m256 low, high;

  explicit level_table(float const* levels) {
    alignas(32) float table[16];
    for (int i = 0; i < 16; ++i) table[i] = levels[i & ((1 << Bits) - 1)];
    low = _mm256_load_ps(table);
    high = _mm256_load_ps(table + 8);
  }
  [[nodiscard]] static numbers load(void const* packed) {
    return _mm256_loadu_si256(static_cast<__m256i const*>(packed));
  }
  [[nodiscard]] Vector operator()(numbers n) const {
    __m256 const first = _mm256_permutevar8x32_ps(low, n);
    if constexpr (Bits <= 3) {
      return typename Vector::batch(first);
    } else {
      // The fourth bit, moved to the sign, chooses the upper half of the table.
      __m256 const second = _mm256_permutevar8x32_ps(high, n);
      return typename Vector::batch(_mm256_blendv_ps(first, second, _mm256_castsi256_ps(_mm256_slli_epi32(n, 28))));
    }
  }
  template <int Count>
  [[nodiscard]] static numbers shift(numbers n) {
    return _mm256_srli_epi32(n, Count);
  }
};
#endif

#if defined(__aarch64__)
template <class Vector, int Bits>
requires(Vector::size == 4 && Bits <= 4) struct level_table<Vector, Bits> {
  static constexpr bool possible = true;
  using numbers = uint32x4_t;
  uint8x16x4_t bytes;  // level i is bytes 4 i to 4 i + 3

  explicit level_table(float const* levels) {
    alignas(16) float table[16];
    for (int i = 0; i < 16; ++i) table[i] = levels[i & ((1 << Bits) - 1)];
    for (int i = 0; i < 4; ++i) bytes.val[i] = vreinterpretq_u8_f32(vld1q_f32(table + 4 * i));
  }
  [[nodiscard]] static numbers load(void const* packed) {
    return vreinterpretq_u32_u8(vld1q_u8(static_cast<std::uint8_t const*>(packed)));
  }
  [[nodiscard]] Vector operator()(numbers n) const {
    numbers const number = vandq_u32(n, vdupq_n_u32((1 << Bits) - 1));
    uint8x16_t const places = vreinterpretq_u8_u32(vmlaq_u32(vdupq_n_u32(0x03020100), number, vdupq_n_u32(0x04040404)));
    uint8x16_t const found = Bits <= 2 ? vqtbl1q_u8(bytes.val[0], places) : vqtbl4q_u8(bytes, places);
    return typename Vector::batch(vreinterpretq_f32_u8(found));
  }
  template <int Count>
  [[nodiscard]] static numbers shift(numbers n) {
    return vshrq_n_u32(n, Count);
  }
};
#endif

}  // namespace detail

template <class Vector, int Inputs, int Outputs, int Bits, bool PerOutput, class Function>
struct arranged_matrix {
  using table = detail::level_table<Vector, Bits>;
  static constexpr bool possible = table::possible;

  static constexpr int in_word = 32 / Bits;             // numbers in 32 bits
  static constexpr int piece = in_word * Vector::size;  // inputs that one register of numbers covers
  static constexpr int pieces = core::ceil_div(Inputs, piece);
  /// Outputs at once: they share the loads of x. Tables of their own need registers too.
  static constexpr int rows = core::smaller(PerOutput ? 4 : Vector::registers / 4, Outputs);
  /// Words are loaded again from each of their bytes where numbers do not lie across them: fewer shifts.
  static constexpr int parts = 8 % Bits == 0 ? 4 : 1;
  static constexpr int levels = 1 << Bits;
  /// Words from the one that is read to the one that is fetched: left to itself, the processor falls behind at every page.
  static constexpr int ahead = 1024;
  static constexpr int tables = PerOutput ? Outputs : 1;

  /// Biases, level tables, then the numbers: block of rows, piece, row; and a word that the last loads run into.
  static constexpr int packed_size = Outputs + tables * levels + Outputs * pieces * Vector::size + 1;
  /// The input, filled up with zeros where its length is not a number of pieces.
  static constexpr int scratch = Inputs % piece == 0 ? 0 : pieces * piece;

  template <class Levels, class Number, class Bias>
  static void pack(Levels levels_of, Number number, Bias bias, float* packed) {
    for (int m = 0; m < Outputs; ++m) *packed++ = bias(m);
    for (int t = 0; t < tables; ++t, packed += levels) std::memcpy(packed, levels_of(t), levels * sizeof(float));
    detail::run_blocks<Outputs, rows>([&](auto size, int first) {
      for (int p = 0; p < pieces; ++p)
        for (int m = first; m < first + size; ++m)
          for (int lane = 0; lane < Vector::size; ++lane) {
            std::uint32_t word = 0;
            for (int k = 0; k < in_word; ++k) {
              int const i = p * piece + k * Vector::size + lane;
              if (i < Inputs) word |= static_cast<std::uint32_t>(number(m, i)) << (k * Bits);
            }
            std::memcpy(packed++, &word, sizeof word);
          }
    });
    *packed = 0;
  }

  static void run(float const* packed, float const* in, float* to, float* memory) {
    if constexpr (scratch > 0) {
      std::memcpy(memory, in, Inputs * sizeof(float));
      std::memset(memory + Inputs, 0, (scratch - Inputs) * sizeof(float));
      in = memory;
    }
    float const* const level = packed + Outputs;
    float const* numbers = level + tables * levels;
    detail::run_blocks<Outputs, rows>([&](auto size, int first) {
      core::fixed_array<table, PerOutput ? int(size) : 1> const lookup = [&] {
        if constexpr (PerOutput) return [&]<int... I>(std::integer_sequence<int, I...>) {
            return core::fixed_array<table, size>{table(level + (first + I) * levels)...};
          }
        (std::make_integer_sequence<int, size>{});
        else return core::fixed_array<table, 1>{table(level)};
      }();
      Vector sum[size];
      for (int m = 0; m < size; ++m) sum[m] = Vector(0.0f);
      for (int p = 0; p < pieces; ++p, numbers += size * Vector::size) {
        if constexpr (packed_size > ahead)
          for (int m = 0; m < size; ++m) __builtin_prefetch(numbers + m * Vector::size + ahead);
#pragma GCC unroll 4
        for (int part = 0; part < parts; ++part) {
          typename table::numbers n[size];
          for (int m = 0; m < size; ++m)
            n[m] = table::load(reinterpret_cast<std::byte const*>(numbers + m * Vector::size) + part);
#pragma GCC unroll 32
          for (int k = part * in_word / parts; k < (part + 1) * in_word / parts; ++k) {
            Vector const x = Vector::load(in + p * piece + k * Vector::size);
            for (int m = 0; m < size; ++m) {
              sum[m] = mul_add(x, lookup[PerOutput ? m : 0](n[m]), sum[m]);
              n[m] = table::template shift<Bits>(n[m]);
            }
          }
        }
      }
      for (int m = 0; m < size; ++m)
        to[first + m] = float(Function::value(simd_scalar<Vector>(packed[first + m] + sum[m].sum())));
    });
  }
};

}  // namespace polyfold::simd
