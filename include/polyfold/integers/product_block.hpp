// Sums of some filters at some pixels, of numbers of 16 bits that lie side by side: what the registers of a small core hold.
#pragma once

#include <cstdint>
#include <type_traits>

#include <polyfold/core/c_array.hpp>
#include <polyfold/integers/lanes.hpp>
#include <polyfold/integers/memory.hpp>

namespace polyfold::integer {

/// Codes of weights lie in the order 0, 2, 1, 3 of each four of a run: an instruction widens the first and third of four bytes.
/// Where number `i` of a run of `count` lies.
[[gnu::always_inline, nodiscard]] constexpr int place_in_run(int i, int count) {
  return i < (count & ~3) ? (i & ~3) + (i & 1) * 2 + (i >> 1 & 1) : i;
}

namespace detail {

/// A block of `Rows` x `Columns` pixels and some filters. From one pixel of a row to the next it is `Step` numbers, from one
/// row to the next `Row_step`, from one filter to the next `Pitch` weights.
template <int Filters, int Rows, int Columns, int Step, int Row_step, int Pitch>
struct product_block {
  static constexpr int pixels = Rows * Columns;

  /// Adds to sum f * pixels + row * Columns + column the products of `count` numbers from `line` on with codes.
  [[gnu::always_inline]] static constexpr void add_codes(int* sums, numbers_in_bytes<std::int16_t> line,
                                                         std::int8_t const* codes, int count) {
    std::int8_t const* const end = codes + (count & ~3);
    for (; codes != end; codes += 4, line = line + 4) {
      if constexpr (has_dual_products) {
        if (!std::is_constant_evaluated()) {
#pragma GCC unroll 2
          for (int half = 0; half < 2; ++half) {
            core::c_array<unsigned, Filters> weights;
            load_again(codes);
#pragma GCC unroll 4
            for (int f = 0; f < Filters; ++f) {
              unsigned four;
              __builtin_memcpy(&four, codes + f * Pitch, 4);
              weights[f] = half == 0 ? even_codes(four) : odd_codes(four);
            }
            add_two(sums, weights, line + 2 * half);
          }
          continue;
        }
      }
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) add_one(sums, codes + place_in_run(i, 4), line + i);
    }
    for (count &= 3; count > 0; --count, ++codes, line = line + 1) add_one(sums, codes, line);
  }

  /// The same with weights of 16 bits, all in words of two: of an odd number of them a 0 lies behind the last.
  [[gnu::always_inline]] static constexpr void add_wide(int* sums, numbers_in_bytes<std::int16_t> line,
                                                        numbers_in_bytes<std::int16_t> wide, int count) {
    load_again(wide);
    if constexpr (has_dual_products) {
#pragma GCC unroll 3
      for (int i = 0; i < count; i += 2) {
        core::c_array<unsigned, Filters> weights;
#pragma GCC unroll 4
        for (int f = 0; f < Filters; ++f) weights[f] = wide.two(f * Pitch + i);
        add_two(sums, weights, line + i);
      }
    } else if constexpr (has_few_registers) {
      for (int i = 0; i < count; i += 2, line = line + 2, wide = wide + 2)
#pragma GCC unroll 4
        for (int f = 0; f < Filters; ++f) {
          unsigned const weights = unsigned(wide.words()[f * Pitch / 2]);
          int const low = low_lane(weights);
          int const high = high_lane(weights);
#pragma GCC unroll 4
          for (int p = 0; p < pixels; ++p) {
            keep_order();
            unsigned const two = unsigned(line.words()[offset(p) / 2]);
            sums[f * pixels + p] += low * low_lane(two) + high * high_lane(two);
            keep_in_register(sums[f * pixels + p]);
          }
        }
    } else if constexpr (Pitch <= 6) {  // a few, without a loop
#pragma GCC unroll 6
      for (int i = 0; i < count; ++i) add_one(sums, wide + i, line + i);
    } else {
#pragma GCC unroll 1
      for (int i = 0; i < count; ++i) add_one(sums, wide + i, line + i);
    }
  }

 private:
  [[gnu::always_inline, nodiscard]] static constexpr int offset(int pixel) {
    return pixel / Columns * Row_step + pixel % Columns * Step;
  }
  [[gnu::always_inline]] static constexpr void add_two(int* sums, unsigned const* weights,
                                                       numbers_in_bytes<std::int16_t> line) {
#pragma GCC unroll 4
    for (int p = 0; p < pixels; ++p) {
      keep_order();
      unsigned const two = line.two(offset(p));
#pragma GCC unroll 4
      for (int f = 0; f < Filters; ++f) sums[f * pixels + p] = multiply_lanes(weights[f], two, sums[f * pixels + p]);
    }
    keep_order();
  }
  template <class Weights>
  [[gnu::always_inline]] static constexpr void add_one(int* sums, Weights weights,
                                                       numbers_in_bytes<std::int16_t> line) {
    core::c_array<int, Filters> of;
#pragma GCC unroll 4
    for (int f = 0; f < Filters; ++f) of[f] = weights[f * Pitch];
#pragma GCC unroll 4
    for (int p = 0; p < pixels; ++p) {
      keep_order();
      int const number = line[offset(p)];
#pragma GCC unroll 4
      for (int f = 0; f < Filters; ++f) {
        sums[f * pixels + p] += of[f] * number;
        keep_in_register(sums[f * pixels + p]);
      }
    }
    keep_order();
  }
};

}  // namespace detail

}  // namespace polyfold::integer
