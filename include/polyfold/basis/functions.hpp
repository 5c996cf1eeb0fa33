// Orthonormal functions on n equidistant points, in constant expressions.
//
// Polynomials: the Gram (discrete Legendre) polynomials, by their three-term recurrence on centred points
//   p_{k+1}(t) = t p_k(t) - b_k p_{k-1}(t),  b_k = k^2 (n^2 - k^2) / (4 (4 k^2 - 1)),  |p_{k+1}|^2 = b_{k+1} |p_k|^2
// (Gautschi, Orthogonal Polynomials, section 1.4). Cosines: the DCT-II, c_k(i) = cos(pi k (2 i + 1) / 2 n).
#pragma once

#include <polyfold/basis/approximation.hpp>
#include <polyfold/core/fixed_array.hpp>

namespace polyfold::basis {

namespace detail {

[[nodiscard]] constexpr double square_root_of(double a) {
  if (a <= 0) return 0;
  double x = a > 1 ? a : 1;
  for (;;) {
    double const next = 0.5 * (x + a / x);
    if (next >= x) return x;
    x = next;
  }
}

/// cos(pi * numerator / denominator): reduced to the first quadrant in integers, then the Taylor series.
[[nodiscard]] constexpr double cosine_of_pi_times(long long numerator, long long denominator) {
  constexpr double pi = 3.14159265358979323846;
  numerator %= 2 * denominator;
  if (numerator > denominator) numerator = 2 * denominator - numerator;
  bool const negative = 2 * numerator > denominator;
  if (negative) numerator = denominator - numerator;
  double const angle = pi * double(numerator) / double(denominator);
  double term = 1;
  double sum = 1;
  for (int k = 1; k <= 14; ++k) {
    term *= -angle * angle / double((2 * k - 1) * (2 * k));
    sum += term;
  }
  return negative ? -sum : sum;
}

[[nodiscard]] constexpr double recurrence_of(int k, int n) {
  double const kk = double(k) * k;
  return kk * (double(n) * n - kk) / (4 * (4 * kk - 1));
}

}  // namespace detail

/// Fills table(i, k), i < n and k < terms, with the first orthonormal functions on n points, phi_k(i): the sum over i of
/// table(i, j) * table(i, k) is 1 for j = k and 0 otherwise. Needs terms <= n.
template <class Table>
constexpr void fill_orthonormal(int n, int terms, basis_kind kind, Table&& table) {
  if (kind == basis_kind::cosine) {
    for (int k = 0; k < terms; ++k) {
      double const amplitude = detail::square_root_of(k == 0 ? 1.0 / n : 2.0 / n);
      for (int i = 0; i < n; ++i) table(i, k) = amplitude * detail::cosine_of_pi_times((2LL * i + 1) * k, 2LL * n);
    }
    return;
  }
  // sqrt(b_{k+1}) p_{k+1} = t p_k - sqrt(b_k) p_{k-1} gives the normalised polynomials directly.
  double const level = 1 / detail::square_root_of(n);
  for (int i = 0; i < n; ++i) table(i, 0) = level;
  double before = 0;
  for (int k = 1; k < terms; ++k) {
    double const scale = detail::square_root_of(detail::recurrence_of(k, n));
    for (int i = 0; i < n; ++i) {
      double const t = i - 0.5 * (n - 1);
      table(i, k) = (t * table(i, k - 1) - (k > 1 ? before * table(i, k - 2) : 0)) / scale;
    }
    before = scale;
  }
}

/// The first K of them on Length points: row i holds their values at point i.
template <int Length, int K>
[[nodiscard]] constexpr core::fixed_array<core::fixed_array<double, K>, Length> orthonormal_functions(basis_kind kind) {
  static_assert(K <= Length, "polyfold: N points carry at most N independent functions");
  core::fixed_array<core::fixed_array<double, K>, Length> table{};
  fill_orthonormal(Length, K, kind, [&](int i, int k) -> double& { return table[i][k]; });
  return table;
}

/// The same rounded to float32, one table for each use.
template <int Length, int K, basis_kind Kind>
inline constexpr auto orthonormal_table = [] {
  core::fixed_array<core::fixed_array<float, K>, Length> table{};
  auto const unrounded = orthonormal_functions<Length, K>(Kind);
  for (int i = 0; i < Length; ++i)
    for (int k = 0; k < K; ++k) table[i][k] = float(unrounded[i][k]);
  return table;
}();

/// n choose k; 0 where k > n.
[[nodiscard]] constexpr long long binomial(int n, int k) {
  if (k > n) return 0;
  long long value = 1;
  for (int j = 1; j <= k; ++j) value = value * (n - k + j) / j;
  return value;
}

/// `Points` choose k for k below `Terms`, as constants: devices divide slowly.
template <int Points, int Terms>
inline constexpr auto binomials_of = [] {
  core::fixed_array<int, Terms> all{};
  for (int k = 0; k < Terms; ++k) all[k] = int(binomial(Points, k));
  return all;
}();

/// n choose 0, 1 or 2: what running sums need.
[[nodiscard]] constexpr int low_binomial(int n, int k) { return k == 0 ? 1 : k == 1 ? n : n * (n - 1) / 2; }

}  // namespace polyfold::basis
