// An axis of N positions cut into segments of L, with P + 1 functions per segment.
//
//   analyse:    m_k = sum over i of phi_k(i) x_i     (moments: what the input side of a fold needs)
//   synthesise: y_i = sum over k of phi_k(i) c_k     (expansion: what the output side needs; the transpose)
//
// Low polynomial orders use phi_k(i) = binomial(i, k): both directions are then running sums, additions only. Other
// bases use the orthonormal table itself. The last segment of an axis that L does not divide is shorter and keeps at
// most as many functions as it has positions.
#pragma once

#include <algorithm>
#include <type_traits>

#include <polyfold/basis/functions.hpp>
#include <polyfold/core/scalar.hpp>

namespace polyfold {

template <int N, factor F>
struct segmented_basis {
  static_assert(N > 0);
  static_assert(F.order >= 0, "polyfold: the order of an approximation cannot be negative");
  static_assert(F.basis != basis_kind::polynomial || F.order < 32,
                "polyfold: polynomials of order 32 and above lose their orthogonality to rounding: use cosines");
  static_assert(F.segment >= 0 && F.segment <= N, "polyfold: a segment cannot be longer than the axis that it cuts");
  static_assert(
      F.segment == 0 || F.order < F.segment,
      "polyfold: a segment of L weights takes at most order L - 1: more coefficients than weights save nothing");

  static constexpr int length = N;
  static constexpr int segment = F.segment == 0 ? N : F.segment;
  static constexpr int segments = (N + segment - 1) / segment;
  static constexpr int tail = N - (segments - 1) * segment;
  static constexpr int terms = std::min(F.order + 1, segment);
  static constexpr int tail_terms = std::min(F.order + 1, tail);
  /// Coefficients along the axis.
  static constexpr int size = (segments - 1) * terms + tail_terms;

  /// Longest segment for which float32 running sums of order 2 keep five digits.
  static constexpr int longest_quadratic_sum = 64;
  static constexpr bool running_sums =
      F.order == 0 ||
      (F.basis == basis_kind::polynomial && (F.order == 1 || (F.order == 2 && segment <= longest_quadratic_sum)));

  [[nodiscard]] static constexpr int positions_of(int s) { return s + 1 < segments ? segment : tail; }
  [[nodiscard]] static constexpr int terms_of(int s) { return s + 1 < segments ? terms : tail_terms; }

  /// phi_k(i) on a segment of Count positions, as used at inference.
  template <int Count, int Terms>
  [[nodiscard]] static constexpr float value(int k, int i) {
    if constexpr (running_sums)
      return float(binomial(i, k));
    else
      return orthonormal_table<Count, Terms, F.basis>[std::size_t(i)][std::size_t(k)];
  }

  /// m_k for the whole axis: `get(i)` gives x_i, `put(k, m)` takes the moments.
  template <class Get, class Put>
  static constexpr void analyse(Get get, Put put) {
    for (int s = 0; s + 1 < segments; ++s)
      analyse_segment<segment, terms>([&](int i) { return get(s * segment + i); },
                                      [&](int k, auto const& m) { put(s * terms + k, m); });
    constexpr int last = segments - 1;
    analyse_segment<tail, tail_terms>([&](int i) { return get(last * segment + i); },
                                      [&](int k, auto const& m) { put(last * terms + k, m); });
  }

  /// y_i for the whole axis: `get(k)` gives c_k, `put(i, y)` takes the values.
  template <class Get, class Put>
  static constexpr void synthesise(Get get, Put put) {
    for (int s = 0; s + 1 < segments; ++s)
      synthesise_segment<segment, terms>([&](int k) { return get(s * terms + k); },
                                         [&](int i, auto const& y) { put(s * segment + i, y); });
    constexpr int last = segments - 1;
    synthesise_segment<tail, tail_terms>([&](int k) { return get(last * terms + k); },
                                         [&](int i, auto const& y) { put(last * segment + i, y); });
  }

  /// Operations of one analysis or synthesis, and the bytes of the constant tables that they read.
  [[nodiscard]] static constexpr long long multiplications() {
    return running_sums ? 0 : over_segments([](int count, int functions) { return count * functions; });
  }
  [[nodiscard]] static constexpr long long analysis_additions() {
    return over_segments([](int count, int functions) {
      int sums = 0;
      for (int k = 0; k < functions; ++k) sums += running_sums ? count - 1 - k : count - 1;
      return sums;
    });
  }
  [[nodiscard]] static constexpr long long synthesis_additions() {
    return over_segments([](int count, int functions) { return (running_sums ? count - 1 : count) * (functions - 1); });
  }
  [[nodiscard]] static constexpr long long table_bytes() {
    if (running_sums) return 0;
    return 4LL * (segment * terms + (tail == segment ? 0 : tail * tail_terms));
  }

 private:
  template <class Count>
  [[nodiscard]] static constexpr long long over_segments(Count operations) {
    return static_cast<long long>(segments - 1) * operations(segment, terms) + operations(tail, tail_terms);
  }

  template <int Count, int Terms, class Get, class Put>
  static constexpr void analyse_segment(Get get, Put put) {
    using T = std::remove_cvref_t<decltype(get(0))>;
    T m[Terms];
    if constexpr (running_sums) {
      // From the last position to the first: sum_{i >= j} binomial(i - j, k) x_i follows from the same sum at j + 1.
      // Unrolled, so that the sums stay in registers: a vector unit waits for sums in memory.
      m[0] = get(Count - 1);
#pragma GCC unroll 4
      for (int j = 1; j < Terms; ++j) {
        m[j] = m[j - 1];
#pragma GCC unroll 4
        for (int k = j - 1; k > 0; --k) m[k] = m[k] + m[k - 1];
        m[0] = m[0] + get(Count - 1 - j);
      }
#pragma GCC unroll 8
      for (int j = Terms; j < Count; ++j) {
#pragma GCC unroll 4
        for (int k = Terms - 1; k > 0; --k) m[k] = m[k] + m[k - 1];
        m[0] = m[0] + get(Count - 1 - j);
      }
    } else {
      T const first = get(0);
      for (int k = 0; k < Terms; ++k) m[k] = first * value<Count, Terms>(k, 0);
      for (int i = 1; i < Count; ++i) {
        T const x = get(i);
        for (int k = 0; k < Terms; ++k) m[k] = mul_add(x, value<Count, Terms>(k, i), m[k]);
      }
    }
    for (int k = 0; k < Terms; ++k) put(k, m[k]);
  }

  template <int Count, int Terms, class Get, class Put>
  static constexpr void synthesise_segment(Get get, Put put) {
    using T = std::remove_cvref_t<decltype(get(0))>;
    T c[Terms];
    for (int k = 0; k < Terms; ++k) c[k] = get(k);
    if constexpr (running_sums) {
      // Forward differences: c_k at position i + 1 is c_k + c_{k+1} at position i.
      put(0, c[0]);
      for (int i = 1; i < Count; ++i) {
        for (int k = 0; k + 1 < Terms; ++k) c[k] = c[k] + c[k + 1];
        put(i, c[0]);
      }
    } else {
      for (int i = 0; i < Count; ++i) {
        T y = c[0] * value<Count, Terms>(0, i);
        for (int k = 1; k < Terms; ++k) y = mul_add(c[k], (value<Count, Terms>(k, i)), y);
        put(i, y);
      }
    }
  }
};

}  // namespace polyfold
