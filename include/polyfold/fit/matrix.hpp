// Small dense matrices, and least squares by QR: all the linear algebra that fitting needs.
//
// Written out here because it is thirty lines: the same through Eigen takes ten seconds of compile time in every program
// that fits or trains. The tests hold it against Eigen.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace polyfold::least_squares {

/// rows x columns, row-major.
struct matrix {
  int rows = 0;
  int columns = 0;
  std::vector<double> values;

  matrix() = default;
  matrix(int r, int c) : rows(r), columns(c), values(std::size_t(r) * std::size_t(c)) {}
  double& operator()(int i, int k) { return values.data()[std::ptrdiff_t(i) * columns + k]; }
  double operator()(int i, int k) const { return values.data()[std::ptrdiff_t(i) * columns + k]; }
};

/// m = q r with orthonormal columns in q and r upper triangular with a diagonal >= 0. A column that depends on those
/// before it gives a zero in the diagonal and a zero column in q.
struct qr_factors {
  matrix q;
  matrix r;
};

/// Modified Gram-Schmidt, every column orthogonalised twice, which keeps q orthonormal to rounding (Giraud et al. 2005).
[[nodiscard]] inline qr_factors qr(matrix m) {
  matrix r(m.columns, m.columns);
  for (int k = 0; k < m.columns; ++k) {
    double before = 0;
    for (int i = 0; i < m.rows; ++i) before += m(i, k) * m(i, k);
    for (int pass = 0; pass < 2; ++pass)
      for (int j = 0; j < k; ++j) {
        double dot = 0;
        for (int i = 0; i < m.rows; ++i) dot += m(i, j) * m(i, k);
        r(j, k) += dot;
        for (int i = 0; i < m.rows; ++i) m(i, k) -= dot * m(i, j);
      }
    double norm = 0;
    for (int i = 0; i < m.rows; ++i) norm += m(i, k) * m(i, k);
    bool const independent = norm > 1e-20 * before;
    r(k, k) = independent ? std::sqrt(norm) : 0;
    for (int i = 0; i < m.rows; ++i) m(i, k) = independent ? m(i, k) / r(k, k) : 0;
  }
  return {std::move(m), std::move(r)};
}

/// The inverse of an upper triangular matrix; rows and columns with a zero in the diagonal become zero.
[[nodiscard]] inline matrix inverse_of_upper(matrix const& r) {
  matrix inverse(r.rows, r.columns);
  for (int k = 0; k < r.columns; ++k)
    for (int i = k; i >= 0; --i) {
      if (r(i, i) == 0 || r(k, k) == 0) continue;
      double sum = i == k ? 1 : 0;
      for (int j = i + 1; j <= k; ++j) sum -= r(i, j) * inverse(j, k);
      inverse(i, k) = sum / r(i, i);
    }
  return inverse;
}

/// a times the transpose of b.
[[nodiscard]] inline matrix times_transposed(matrix const& a, matrix const& b) {
  matrix product(a.rows, b.rows);
  for (int i = 0; i < a.rows; ++i)
    for (int k = 0; k < b.rows; ++k)
      for (int j = 0; j < a.columns; ++j) product(i, k) += a(i, j) * b(k, j);
  return product;
}

[[nodiscard]] inline matrix transposed(matrix const& a) {
  matrix t(a.columns, a.rows);
  for (int i = 0; i < a.rows; ++i)
    for (int k = 0; k < a.columns; ++k) t(k, i) = a(i, k);
  return t;
}

/// by * [outer][columns of `by`][inner], over `inner` and `outer` independently: `out` is [outer][rows of `by`][inner]
/// and must not overlap `in`. Zeros in `by` (segments do not overlap) are skipped.
inline void multiply_along(matrix const& by, int outer, int inner, float const* in, float* out) {
  for (int o = 0; o < outer; ++o)
    for (int i = 0; i < by.rows; ++i) {
      float* const target = out + (std::ptrdiff_t(o) * by.rows + i) * inner;
      for (int x = 0; x < inner; ++x) target[x] = 0;
      for (int k = 0; k < by.columns; ++k) {
        float const factor = float(by(i, k));
        if (factor == 0) continue;
        float const* const source = in + (std::ptrdiff_t(o) * by.columns + k) * inner;
        for (int x = 0; x < inner; ++x) target[x] += factor * source[x];
      }
    }
}

}  // namespace polyfold::least_squares
