// Orthonormal functions as a matrix whose size run time decides.
#pragma once

#include <polyfold/basis/functions.hpp>
#include <polyfold/fit/matrix.hpp>

namespace polyfold::tuning {

/// `terms` orthonormal functions on `n` positions, as columns.
[[nodiscard]] inline least_squares::matrix orthonormal(int n, int terms, basis_kind basis) {
  least_squares::matrix m(n, terms);
  basis::fill_orthonormal(n, terms, basis, m);
  return m;
}

}  // namespace polyfold::tuning
