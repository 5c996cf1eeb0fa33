// The functions of a cut axis as integers: what integer networks take for them.
//
// Binomials are integers. Others are *defined* here: where a table would be large, polynomials by their recurrence, rounded at
// every step,
//
//   phi_k = ((t a_k >> e) phi_{k-1} - b_k phi_{k-2} + 2^13) >> 14,    t = 2 i + 1 - N,
//
// with two bits more than it is read with, from a few constants; else as the orthonormal functions rounded to some bits behind the
// point, in a table. Symmetry leaves half of the positions: phi_k(N - 1 - i) = (-1)^k phi_k(i).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/basis/functions.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/integers/requantise.hpp>

namespace polyfold::integer {

namespace detail {

/// The orthonormal functions, unrounded: for constants.
template <basis::function_set S>
inline constexpr auto unrounded_functions = [] {
  core::fixed_array<core::fixed_array<double, S.functions>, S.positions> phi{};
  basis::fill_orthonormal(S.positions, S.functions, S.kind, [&](int i, int k) -> double& { return phi[i][k]; });
  return phi;
}();

/// Bits behind the point of a set of functions: as many as numbers of 16 bits leave, a synthesis of coefficients of 16 bits, and an
/// analysis of numbers up to `bound`, both in sums of 30.
template <basis::function_set S>
[[nodiscard]] constexpr int fraction_of(int bound) {
  core::fixed_array<double, S.functions> over_positions{};
  double largest = 0;
  double over_functions = 0;
  for (auto const& at_position : unrounded_functions<S>) {
    double sum = 0;
    for (int k = 0; k < S.functions; ++k) {
      double const v = at_position[k] < 0 ? -at_position[k] : at_position[k];
      largest = core::larger(largest, v);
      sum += v;
      over_positions[k] += v;
    }
    over_functions = core::larger(over_functions, sum);
  }
  double analysed = 0;
  for (double const v : over_positions) analysed = core::larger(analysed, v);
  double const limit = double(1 << 30);
  int bits = 0;
  while (bits < 14 && largest * double(2 << bits) < 32767 && over_functions * 32768 * double(2 << bits) < limit &&
         analysed * bound * double(2 << bits) < limit)
    ++bits;
  return bits;
}

[[nodiscard]] constexpr std::int16_t rounded(double v) { return static_cast<std::int16_t>(v < 0 ? v - 0.5 : v + 0.5); }

/// Factors of the recurrence: a_k and b_k.
struct recurrence_step {
  std::int16_t along = 0;
  std::int16_t before = 0;
};
/// A set of functions that recurs: function 0, the others by these steps, and e.
struct recurrence {
  recurrence_step const* steps;
  int functions;
  int level;
  int shift;

  static constexpr int more_bits = 2;  // while it recurs

  /// take(k, phi_k), k = 0, 1, ... at t.
  template <class Take>
  [[gnu::always_inline]] constexpr void at(int t, Take take) const {
    take(0, level >> more_bits);
    int before = 0;  // and now, by turns
    int now = level;
    auto const step = [&](int k, int& last, int other) __attribute__((always_inline)) {
      last = ((t * steps[k - 1].along >> shift) * other + (1 << 13) - steps[k - 1].before * last) >> 14;
      take(k, last >> more_bits);
    };
    for (int k = 1; k < functions; k += 2) {
      step(k, before, now);
      if (k + 1 == functions) return;
      step(k + 1, now, before);
    }
  }
};
struct even_and_odd {
  int even = 0;
  int odd = 0;
};
// These two are code once for all sets: recurrences are there for what they save in flash.
/// The sums of even and of odd functions at t, times coefficients.
[[gnu::noinline, nodiscard]] constexpr even_and_odd synthesised(recurrence r, int t, int const* coefficients) {
  even_and_odd sum;
  r.at(
      t, [&](int k, int phi)
             __attribute__((always_inline)) { (k % 2 == 0 ? sum.even : sum.odd) += phi * coefficients[k]; });
  return sum;
}
/// Adds to the sums of all functions, at t, what an even and an odd one are to be multiplied by.
[[gnu::noinline]] constexpr void analysed(recurrence r, int t, even_and_odd of, int* sums) {
  r.at(
      t, [&](int k, int phi) __attribute__((always_inline)) { sums[k] += phi * (k % 2 == 0 ? of.even : of.odd); });
}

}  // namespace detail

/// The functions of a set with `Fraction` bits behind the point.
template <basis::function_set S, int Fraction>
struct integer_functions {
  /// Where a table would take more than 1 KB.
  static constexpr bool recurs = S.recurs() && S.kind == basis_kind::polynomial && S.half() * S.functions > 512 &&
                                 S.functions > 1 && S.positions <= 8192;
  static constexpr int constant_bytes = recurs ? 4 * (S.functions - 1) : 2 * S.half() * S.functions;

  [[nodiscard]] static constexpr detail::recurrence recurrence() {
    return {steps.data(), S.functions,
            detail::rounded(double(4 << Fraction) / basis::detail::square_root_of(S.positions)), shift};
  }
  /// t at position i.
  [[nodiscard]] static constexpr int distance(int i) { return 2 * i + 1 - S.positions; }

 private:
  /// a_k as large as 16 bits allow.
  static constexpr int shift = [] {
    double largest = 0;
    for (int k = 1; k < S.functions; ++k)
      largest =
          core::larger(largest, 0.5 / basis::detail::square_root_of(basis::detail::recurrence_of(k, S.positions)));
    int bits = 0;
    while (bits < 14 && largest * double(2 << (bits + 14)) < 32767) ++bits;
    return bits;
  }();
  static constexpr auto steps = [] {
    core::fixed_array<detail::recurrence_step, S.functions - 1> all{};
    double before = 0;
    for (int k = 1; k < S.functions; ++k) {
      double const scale = basis::detail::square_root_of(basis::detail::recurrence_of(k, S.positions));
      all[k - 1] = {detail::rounded(0.5 / scale * double(1 << (shift + 14))),
                    detail::rounded(before / scale * (1 << 14))};
      before = scale;
    }
    return all;
  }();

 public:
  /// All functions over half of the positions: for constants where they recur.
  static constexpr auto table = [] {
    core::fixed_array<core::fixed_array<std::int16_t, S.functions>, S.half()> all{};
    for (int i = 0; i < S.half(); ++i)
      if constexpr (recurs)
        recurrence().at(distance(i), [&](int k, int phi) { all[i][k] = static_cast<std::int16_t>(phi); });
      else
        for (int k = 0; k < S.functions; ++k)
          all[i][k] = detail::rounded(detail::unrounded_functions<S>[i][k] * double(1 << Fraction));
    return all;
  }();
};

/// An axis of `Length` positions cut as F says; the numbers that are analysed are at most `Bound`.
template <int Length, cut F, int Bound>
struct integer_basis {
  static constexpr basis::axis_cut cut{Length, F};
  static constexpr int length = Length;
  static constexpr int size = cut.size();
  static constexpr bool binomials = cut.running_sums;
  static constexpr int segment = cut.segment;
  static constexpr int segments = cut.segments;
  static constexpr int terms = cut.terms;

  /// Bits behind the point.
  static constexpr int fraction = [] {
    if constexpr (binomials)
      return 0;
    else
      return core::smaller(detail::fraction_of<cut.set_of(0)>(Bound),
                           detail::fraction_of<cut.set_of(segments - 1)>(Bound));
  }();

  /// The largest that moment k can be, of numbers up to `bound`.
  [[nodiscard]] static constexpr long long moment_bound(int k, long long bound) {
    long long sum = 0;
    for (int i = 0; i < cut.positions_of(k / terms); ++i) {
      long long const v = value(k / terms, k % terms, i);
      sum += (v < 0 ? -v : v) * bound;
    }
    return sum;
  }
  /// The largest that a synthesis can give, of coefficients up to `bound`.
  [[nodiscard]] static constexpr long long value_bound(long long bound) {
    long long largest = 0;
    for (int s = 0; s < segments; ++s)
      for (int i = 0; i < cut.positions_of(s); ++i) {
        long long sum = 0;
        for (int k = 0; k < cut.terms_of(s); ++k) {
          long long const v = value(s, k, i);
          sum += (v < 0 ? -v : v) * bound;
        }
        largest = core::larger(largest, sum);
      }
    return largest;
  }

  /// put(k, sum) takes sum over i of phi_k(i) get(i).
  template <class Get, class Put>
  [[gnu::always_inline]] static constexpr void analyse(Get get, Put put) {
    for_each_segment([&]<basis::function_set S>(int first, int first_term) __attribute__((always_inline)) {
      if constexpr (binomials) {
        // Running sums, from the last position to the first.
        core::c_array<int, S.functions> sum{};
#pragma GCC unroll 8
        for (int i = S.positions - 1; i >= 0; --i) {
#pragma GCC unroll 4
          for (int k = S.functions - 1; k > 0; --k) sum[k] += sum[k - 1];
          sum[0] += get(first + i);
        }
        for (int k = 0; k < S.functions; ++k) put(first_term + k, sum[k]);
      } else if constexpr (integer_functions<S, fraction>::recurs) {
        using functions = integer_functions<S, fraction>;
        core::c_array<int, S.functions> sum;
        for (int k = 0; k < S.functions; ++k) sum[k] = 0;
        for (int i = 0; i < S.half(); ++i) {
          int const a = get(first + i);
          int const b = 2 * i + 1 < S.positions ? get(first + S.positions - 1 - i) : 0;
          detail::analysed(functions::recurrence(), functions::distance(i), {a + b, a - b}, sum);
        }
        for (int k = 0; k < S.functions; ++k) put(first_term + k, sum[k]);
      } else {
        // Four functions at a time stay in registers.
        for (int k = 0; k + 4 <= S.functions; k += 4) analyse_block<S, 4>(first, first_term, k, get, put);
        if constexpr (S.functions % 4 != 0)
          analyse_block<S, S.functions % 4>(first, first_term, S.functions / 4 * 4, get, put);
      }
    });
  }
  /// put(i, sum) takes sum over k of phi_k(i) get(k).
  template <class Get, class Put>
  [[gnu::always_inline]] static constexpr void synthesise(Get get, Put put) {
    for_each_segment([&]<basis::function_set S>(int first, int first_term) __attribute__((always_inline)) {
      core::c_array<int, S.functions> c;
      for (int k = 0; k < S.functions; ++k) c[k] = get(first_term + k);
      if constexpr (binomials) {
        for (int i = 0; i < S.positions; ++i) {
          put(first + i, c[0]);
#pragma GCC unroll 4
          for (int k = 0; k + 1 < S.functions; ++k) c[k] += c[k + 1];
        }
      } else {
        using functions = integer_functions<S, fraction>;
        for (int i = 0; i < S.half(); ++i) {
          detail::even_and_odd sum;
          if constexpr (functions::recurs) {
            sum = detail::synthesised(functions::recurrence(), functions::distance(i), c);
          } else {
            auto const& phi = functions::table[i];
#pragma GCC unroll 16
            for (int k = 0; k < S.functions; k += 2) sum.even += phi[k] * c[k];
#pragma GCC unroll 16
            for (int k = 1; k < S.functions; k += 2) sum.odd += phi[k] * c[k];
          }
          put(first + i, sum.even + sum.odd);
          if (2 * i + 1 < S.positions) put(first + S.positions - 1 - i, sum.even - sum.odd);
        }
      }
    });
  }

  /// Function k of segment s at its position i: for constants.
  [[nodiscard]] static constexpr int value(int s, int k, int i) {
    if (binomials) return int(basis::binomial(i, k));
    return s == segments - 1 ? in_set<cut.set_of(segments - 1)>(k, i) : in_set<cut.set_of(0)>(k, i);
  }

 private:
  template <class Each>
  [[gnu::always_inline]] static constexpr void for_each_segment(Each f) {
    for (int s = 0; s + 1 < segments; ++s) f.template operator()<cut.set_of(0)>(s * segment, s * terms);
    f.template operator()<cut.set_of(segments - 1)>((segments - 1) * segment, (segments - 1) * terms);
  }

  /// Functions k to k + Block - 1; k is even.
  template <basis::function_set S, int Block, class Get, class Put>
  [[gnu::always_inline]] static constexpr void analyse_block(int first, int first_term, int k, Get get, Put put) {
    core::c_array<int, Block> sum{};
    for (int i = 0; i < S.half(); ++i) {
      auto const& phi = integer_functions<S, fraction>::table[i];
      int const a = get(first + i);
      int const b = 2 * i + 1 < S.positions ? get(first + S.positions - 1 - i) : 0;
#pragma GCC unroll 4
      for (int j = 0; j < Block; ++j) sum[j] += phi[k + j] * (j % 2 == 0 ? a + b : a - b);
    }
#pragma GCC unroll 4
    for (int j = 0; j < Block; ++j) put(first_term + k + j, sum[j]);
  }

  template <basis::function_set S>
  [[nodiscard]] static constexpr int in_set(int k, int i) {
    bool const mirrored = i >= S.half();
    int const value = integer_functions<S, fraction>::table[mirrored ? S.positions - 1 - i : i][k];
    return mirrored && k % 2 != 0 ? -value : value;
  }
};

}  // namespace polyfold::integer
