// The functions of a cut axis as integers: what integer networks take for them, in fitting and training as well.
//
// Binomials are integers. Others are *defined* as the orthonormal functions rounded to `fraction` bits behind the point, and
// kept as the half of a table that their symmetry leaves: phi_k(N - 1 - i) = (-1)^k phi_k(i).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/basis/functions.hpp>
#include <polyfold/integers/requantise.hpp>

namespace polyfold {

/// Half a table of functions, rounded to `Fraction` bits behind the point.
template <function_set S, int Fraction>
inline constexpr auto integer_table = [] {
  std::array<std::array<std::int16_t, std::size_t(S.functions)>, std::size_t(S.half())> table{};
  std::array<std::array<double, std::size_t(S.functions)>, std::size_t(S.positions)> exact{};
  fill_orthonormal(S.positions, S.functions, S.kind,
                   [&](int i, int k) -> double& { return exact[std::size_t(i)][std::size_t(k)]; });
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t k = 0; k < table[i].size(); ++k) {
      double const scaled = exact[i][k] * double(1 << Fraction);
      table[i][k] = static_cast<std::int16_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  return table;
}();

/// An axis of `Length` positions cut as F says, read by numbers up to `Bound` in an analysis, or by codes of 16 bits in a
/// synthesis (Bound 0).
template <int Length, factor F, int Bound>
struct integer_basis {
  static constexpr axis_cut cut{Length, F};
  static constexpr int length = Length;
  static constexpr int size = cut.size();
  static constexpr bool binomials = cut.running_sums;

  /// Bits behind the point: as many as numbers of 16 bits and sums of 31 leave.
  static constexpr int fraction = [] {
    if (binomials) return 0;
    double largest = 0;
    double sum = 0;
    for (int s : {0, cut.segments - 1}) {
      function_set const set = cut.set_of(s);
      std::array<std::array<double, std::size_t(cut.terms)>, std::size_t(cut.segment)> phi{};
      fill_orthonormal(set.positions, set.functions, set.kind,
                       [&](int i, int k) -> double& { return phi[std::size_t(i)][std::size_t(k)]; });
      auto const magnitude = [&](int i, int k) {
        double const v = phi[std::size_t(i)][std::size_t(k)];
        largest = v > largest ? v : -v > largest ? -v : largest;
        return v < 0 ? -v : v;
      };
      for (int i = 0; Bound == 0 && i < set.positions; ++i) {
        double over_functions = 0;
        for (int k = 0; k < set.functions; ++k) over_functions += magnitude(i, k);
        if (over_functions > sum) sum = over_functions;
      }
      for (int k = 0; Bound > 0 && k < set.functions; ++k) {
        double over_positions = 0;
        for (int i = 0; i < set.positions; ++i) over_positions += magnitude(i, k);
        if (over_positions > sum) sum = over_positions;
      }
    }
    double const limit = double(1LL << 30) / (Bound == 0 ? 32768 : Bound);
    int bits = 0;
    while (bits < 14 && largest * double(2 << bits) < 32767 && sum * double(2 << bits) < limit) ++bits;
    return bits;
  }();

  /// Function k of the axis at its position i; 0 outside of its segment.
  [[gnu::always_inline, nodiscard]] static constexpr int value(int segment_number, int k, int i) {
    bool const last = segment_number == cut.segments - 1;
    if constexpr (binomials)
      return static_cast<int>(binomial(i, k));
    else
      return last ? from_table<cut.set_of(cut.segments - 1)>(k, i) : from_table<cut.set_of(0)>(k, i);
  }

  /// The largest that moment k can be, of inputs up to `bound`.
  [[nodiscard]] static constexpr long long moment_bound(int k, long long bound) {
    int const s = k / cut.terms;
    long long sum = 0;
    for (int i = 0; i < cut.positions_of(s); ++i) {
      long long const v = value(s, k % cut.terms, i);
      sum += (v < 0 ? -v : v) * bound;
    }
    return sum;
  }
  /// The largest that a synthesis can give, of coefficients up to `bound`.
  [[nodiscard]] static constexpr long long value_bound(long long bound) {
    long long largest = 0;
    for (int s = 0; s < cut.segments; ++s)
      for (int i = 0; i < cut.positions_of(s); ++i) {
        long long sum = 0;
        for (int k = 0; k < cut.terms_of(s); ++k) {
          long long const v = value(s, k, i);
          sum += (v < 0 ? -v : v) * bound;
        }
        largest = larger(largest, sum);
      }
    return largest;
  }

  /// put(k, sum) takes sum over i of phi_k(i) get(i).
  template <class Get, class Put>
  [[gnu::always_inline]] static constexpr void analyse(Get get, Put put) {
    for (int s = 0; s < cut.segments; ++s) {
      int const first = s * cut.segment;
      int const positions = cut.positions_of(s);
      int const terms = cut.terms_of(s);
      int sums[std::size_t(cut.terms)] = {};
      if constexpr (binomials) {
        // Running sums, from the last position to the first.
        for (int j = 0; j < positions; ++j) {
          for (int k = smaller(j, terms - 1); k > 0; --k) sums[k] += sums[k - 1];
          sums[0] += get(first + positions - 1 - j);
        }
      } else {
        for (int i = 0; i < positions; ++i) {
          int const x = get(first + i);
          for (int k = 0; k < terms; ++k) sums[k] += value(s, k, i) * x;
        }
      }
      for (int k = 0; k < terms; ++k) put(s * cut.terms + k, sums[k]);
    }
  }
  /// put(i, sum) takes sum over k of phi_k(i) get(k).
  template <class Get, class Put>
  [[gnu::always_inline]] static constexpr void synthesise(Get get, Put put) {
    for (int s = 0; s < cut.segments; ++s) {
      int const first = s * cut.segment;
      int const positions = cut.positions_of(s);
      int const terms = cut.terms_of(s);
      int c[std::size_t(cut.terms)] = {};
      for (int k = 0; k < terms; ++k) c[k] = get(s * cut.terms + k);
      for (int i = 0; i < positions; ++i) {
        if constexpr (binomials) {
          put(first + i, c[0]);
          for (int k = 0; k + 1 < terms; ++k) c[k] += c[k + 1];
        } else {
          int sum = 0;
          for (int k = 0; k < terms; ++k) sum += value(s, k, i) * c[k];
          put(first + i, sum);
        }
      }
    }
  }

 private:
  template <function_set S>
  [[gnu::always_inline, nodiscard]] static constexpr int from_table(int k, int i) {
    auto const& table = integer_table<S, fraction>;
    if (i < S.half()) return table[std::size_t(i)][std::size_t(k)];
    int const mirrored = table[std::size_t(S.positions - 1 - i)][std::size_t(k)];
    return k % 2 == 0 ? mirrored : -mirrored;
  }
};

}  // namespace polyfold
