// Orthonormal functions at run time, by the formulas of basis/functions.hpp. The tests hold the one against the other.
#pragma once

#include <cmath>

#include <polyfold/basis/functions.hpp>
#include <polyfold/fit/matrix.hpp>

namespace polyfold {

/// `terms` orthonormal functions on `n` positions, as columns.
[[nodiscard]] inline matrix orthonormal(int n, int terms, basis_kind basis) {
  matrix m(n, terms);
  for (int i = 0; i < n; ++i) {
    double const t = i - 0.5 * (n - 1);
    for (int k = 0; k < terms; ++k) {
      if (basis == basis_kind::cosine) {
        m(i, k) = std::sqrt((k == 0 ? 1.0 : 2.0) / n) * detail::cosine_of_pi_times((2LL * i + 1) * k, 2LL * n);
      } else if (k == 0) {
        m(i, k) = 1 / std::sqrt(double(n));
      } else {
        double const before = k > 1 ? std::sqrt(detail::recurrence_of(k - 1, n)) * m(i, k - 2) : 0;
        m(i, k) = (t * m(i, k - 1) - before) / std::sqrt(detail::recurrence_of(k, n));
      }
    }
  }
  return m;
}

}  // namespace polyfold
