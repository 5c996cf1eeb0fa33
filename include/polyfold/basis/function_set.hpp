// The functions of a segment, position after position, and what they take: constants, multiplications, additions.
//
// Gram polynomials and cosines are even or odd about the middle of their segment, phi_k(N - 1 - i) = (-1)^k phi_k(i), so that
// half of the positions give all. There the values follow from constants that grow with the number of functions alone:
//   polynomials   phi_k = a_k t phi_{k-1} - b_k phi_{k-2}, where t is the distance from the middle
//   cosines       rotations from one position to the next, (c, s) - (2 sin^2(d / 2) c + sin(d) s, ...), d = pi k / N,
//                 which keep low frequencies to the last digits
// Short segments, and orders at which float32 would lose digits in the recurrence, read half a table.
#pragma once

#include <polyfold/basis/functions.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/opaque.hpp>
#include <polyfold/core/scalar.hpp>

namespace polyfold::basis {

/// The first `functions` orthonormal functions on `positions` points.
struct function_set {
  int positions = 1;
  int functions = 1;
  basis_kind kind = basis_kind::polynomial;

  [[nodiscard]] constexpr int pairs() const { return positions / 2; }
  /// Positions that give all others.
  [[nodiscard]] constexpr int half() const { return (positions + 1) / 2; }
  [[nodiscard]] constexpr int even() const { return (functions + 1) / 2; }
  [[nodiscard]] constexpr int odd() const { return functions / 2; }
  [[nodiscard]] constexpr bool has_middle() const { return positions % 2 != 0; }

  /// Whether values follow from those before. Beyond order 2 sqrt(N) the polynomials' recurrence loses digits at the ends.
  [[nodiscard]] constexpr bool recurs() const {
    return kind == basis_kind::cosine ? positions > 16 : positions > 8 && functions * functions <= 4 * positions;
  }

  /// Float constants: the recurrence's, or half a table.
  [[nodiscard]] constexpr int constants() const {
    if (!recurs()) return half() * functions;
    return kind == basis_kind::cosine ? 4 * functions - 3 : functions == 1 ? 1 : 2 * functions - 2;
  }
  [[nodiscard]] constexpr long long constant_bytes() const { return 4LL * constants(); }

  /// Operations that make the values at half of the positions.
  [[nodiscard]] constexpr long long making_multiplications() const {
    if (!recurs() || functions == 1) return 0;
    return kind == basis_kind::cosine ? 4LL * (half() - 1) * (functions - 1) : half() * (3LL * functions - 5);
  }
  [[nodiscard]] constexpr long long making_additions() const {
    if (!recurs() || functions == 1) return 0;
    return kind == basis_kind::cosine ? 4LL * (half() - 1) * (functions - 1) : half() * (functions - 2LL);
  }

  /// Products of the values with the numbers of one analysis or synthesis.
  [[nodiscard]] constexpr long long products() const {
    return static_cast<long long>(pairs()) * functions + (has_middle() ? even() : 0);
  }
  /// Additions of one analysis: the sums and differences of pairs, then those of the products.
  [[nodiscard]] constexpr long long analysis_additions() const {
    long long const folding = static_cast<long long>(pairs()) * (functions > 1 ? 2 : 1);
    long long const odd_sums = pairs() > 0 ? static_cast<long long>(odd()) * (pairs() - 1) : 0;
    return folding + static_cast<long long>(even()) * (half() - 1) + odd_sums;
  }
  /// Additions of one synthesis: the even and the odd functions' sums, then their sum and difference.
  [[nodiscard]] constexpr long long synthesis_additions() const {
    return static_cast<long long>(pairs()) * (functions > 1 ? functions : 0) + (has_middle() ? even() - 1 : 0);
  }

  /// The same for binomials, by running sums: sum k begins k positions later than sum 0; and by forward differences.
  [[nodiscard]] constexpr long long running_sum_additions() const {
    return static_cast<long long>(functions) * (positions - 1) - functions * (functions - 1LL) / 2;
  }
  [[nodiscard]] constexpr long long difference_additions() const {
    return static_cast<long long>(positions - 1) * (functions - 1);
  }

  friend constexpr bool operator==(function_set const&, function_set const&) = default;
};

namespace detail {

/// The constants of a set that recurs. Polynomials: phi_0, phi_1 / t, then a_k and b_k. Cosines: phi_0, then of each wave
/// 2 sin^2(d / 2), sin(d), and cosine and sine at position 0, scaled.
constexpr void fill_constants(function_set s, float* constants) {
  int const n = s.positions;
  double const level = square_root_of(1.0 / n);
  *constants++ = float(level);
  if (s.kind == basis_kind::cosine) {
    auto const cosine_of = [n](int numerator) {  // of pi numerator / 2 n
      return cosine_of_pi_times(numerator < 0 ? -numerator : numerator, 2LL * n);
    };
    auto const sine_of = [&](int numerator) { return cosine_of(n - numerator); };
    double const amplitude = square_root_of(2.0 / n);
    for (int k = 1; k < s.functions; ++k) {
      *constants++ = float(2 * sine_of(k) * sine_of(k));
      *constants++ = float(sine_of(2 * k));
      *constants++ = float(amplitude * cosine_of(k));
      *constants++ = float(amplitude * sine_of(k));
    }
    return;
  }
  double before = 0;
  for (int k = 1; k < s.functions; ++k) {
    double const b = square_root_of(recurrence_of(k, n));
    *constants++ = float(k == 1 ? level / b : 1 / b);
    if (k > 1) *constants++ = float(before / b);
    before = b;
  }
}

/// Calls f(i, phi) for i = 0, ..., half - 1 of a set that recurs and has at most `Most` functions: phi[k] is phi_k(i). Inlined and
/// unrolled, so that the values of a constant set stay in registers.
template <int Most, class Scalar, class F>
[[gnu::always_inline]] constexpr void make_functions(function_set s, float const* constants, F const& f) {
  core::c_array<Scalar, Most> phi;
  phi[0] = Scalar(constants[0]);
  if (s.kind == basis_kind::cosine) {
    core::c_array<Scalar, Most> sine;
    for (int k = 1; k < s.functions; ++k) {
      phi[k] = Scalar(constants[4 * k - 1]);
      sine[k] = Scalar(constants[4 * k]);
    }
    for (int i = 0;;) {
      f(i, static_cast<Scalar const*>(phi));
      if (++i == s.half()) return;
      for (int k = 1; k < s.functions; ++k) {
        float const* const step = constants + 4 * k - 3;
        Scalar const c = phi[k] - mul_add(sine[k], step[1], phi[k] * step[0]);
        sine[k] = sine[k] - (sine[k] * step[0] - phi[k] * step[1]);
        phi[k] = c;
      }
    }
  }
  float distance = -0.5f * float(s.positions - 1);
  for (int i = 0; i < s.half(); ++i, distance += 1.0f) {
    Scalar const t(distance);
    if (s.functions > 1) phi[1] = t * constants[1];
#pragma GCC unroll 16
    for (int k = 2; k < s.functions; ++k)
      phi[k] = t * phi[k - 1] * constants[2 * k - 2] - phi[k - 2] * constants[2 * k - 1];
    f(i, static_cast<Scalar const*>(phi));
  }
}

}  // namespace detail

/// A set of functions with its constants, as a network reads them.
template <function_set S>
class function_walk {
 public:
  /// Calls f(i, phi) for i = 0, ..., half - 1: phi[k] is phi_k(i), of type float where it is read from a table, else Scalar.
  template <class Scalar, class F>
  static constexpr void for_each_position(F const& f) {
    if constexpr (S.recurs())
      detail::make_functions<S.functions, Scalar>(S, stored(), f);
    else
      for (int i = 0; i < S.half(); ++i) f(i, stored() + i * S.functions);
  }

 private:
  /// Loops that are unrolled would write the constants into the code, each time anew.
  [[gnu::always_inline, nodiscard]] static constexpr float const* stored() { return core::opaque(constants.data()); }
  static constexpr auto constants = [] {
    core::fixed_array<float, S.constants()> all{};
    if constexpr (S.recurs()) {
      detail::fill_constants(S, all.data());
    } else {
      for (int i = 0; i < S.half(); ++i)
        for (int k = 0; k < S.functions; ++k)
          all[i * S.functions + k] = orthonormal_table<S.positions, S.functions, S.kind>[i][k];
    }
    return all;
  }();
};

}  // namespace polyfold::basis
