// The functions of a cut axis as integers: what integer networks take for them.
//
// Binomials are integers. Others are *defined* as the orthonormal functions rounded to some bits behind the point, and kept as
// the half of a table that their symmetry leaves: phi_k(N - 1 - i) = (-1)^k phi_k(i).
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

/// Bits behind the point of a set of functions: as many as numbers of 16 bits leave, a synthesis of coefficients of 16 bits, and an
/// analysis of numbers up to `bound`, both in sums of 30.
template <basis::function_set S>
[[nodiscard]] constexpr int fraction_of(int bound) {
  core::fixed_array<double, S.functions> over_positions{};
  double largest = 0;
  double over_functions = 0;
  auto const magnitude = [](double v) { return v < 0 ? -v : v; };
  core::fixed_array<core::fixed_array<double, S.functions>, S.positions> phi{};
  basis::fill_orthonormal(S.positions, S.functions, S.kind, [&](int i, int k) -> double& { return phi[i][k]; });
  for (int i = 0; i < S.positions; ++i) {
    double sum = 0;
    for (int k = 0; k < S.functions; ++k) {
      double const v = magnitude(phi[i][k]);
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

}  // namespace detail

/// Half a table of functions, rounded to `Fraction` bits behind the point.
template <basis::function_set S, int Fraction>
inline constexpr auto integer_table = [] {
  core::fixed_array<core::fixed_array<std::int16_t, S.functions>, S.half()> table{};
  core::fixed_array<core::fixed_array<double, S.functions>, S.positions> unrounded{};
  basis::fill_orthonormal(S.positions, S.functions, S.kind, [&](int i, int k) -> double& { return unrounded[i][k]; });
  for (int i = 0; i < table.size(); ++i)
    for (int k = 0; k < S.functions; ++k) {
      double const scaled = unrounded[i][k] * double(1 << Fraction);
      table[i][k] = static_cast<std::int16_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  return table;
}();

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
      core::c_array<int, S.functions> c{};
      for (int k = 0; k < S.functions; ++k) c[k] = get(first_term + k);
      if constexpr (binomials) {
        for (int i = 0; i < S.positions; ++i) {
          put(first + i, c[0]);
#pragma GCC unroll 4
          for (int k = 0; k + 1 < S.functions; ++k) c[k] += c[k + 1];
        }
      } else {
        for (int i = 0; i < S.half(); ++i) {
          auto const& phi = integer_table<S, fraction>[i];
          int even = 0;
          int odd = 0;
#pragma GCC unroll 16
          for (int k = 0; k < S.functions; k += 2) even += phi[k] * c[k];
#pragma GCC unroll 16
          for (int k = 1; k < S.functions; k += 2) odd += phi[k] * c[k];
          put(first + i, even + odd);
          if (2 * i + 1 < S.positions) put(first + S.positions - 1 - i, even - odd);
        }
      }
    });
  }

  /// Function k of segment s at its position i: for constants.
  [[nodiscard]] static constexpr int value(int s, int k, int i) {
    if (binomials) return int(basis::binomial(i, k));
    return s == segments - 1 ? from_table<cut.set_of(segments - 1)>(k, i) : from_table<cut.set_of(0)>(k, i);
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
      auto const& phi = integer_table<S, fraction>[i];
      int const a = get(first + i);
      int const b = 2 * i + 1 < S.positions ? get(first + S.positions - 1 - i) : 0;
#pragma GCC unroll 4
      for (int j = 0; j < Block; ++j) sum[j] += phi[k + j] * (j % 2 == 0 ? a + b : a - b);
    }
#pragma GCC unroll 4
    for (int j = 0; j < Block; ++j) put(first_term + k + j, sum[j]);
  }

  template <basis::function_set S>
  [[nodiscard]] static constexpr int from_table(int k, int i) {
    auto const& table = integer_table<S, fraction>;
    if (i < S.half()) return table[i][k];
    int const mirrored = table[S.positions - 1 - i][k];
    return k % 2 == 0 ? mirrored : -mirrored;
  }
};

}  // namespace polyfold::integer
