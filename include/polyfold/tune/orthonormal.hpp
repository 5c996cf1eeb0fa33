// Orthonormal functions as a matrix whose size run time decides.
#pragma once

#include <polyfold/basis/functions.hpp>
#include <polyfold/fit/matrix.hpp>

namespace polyfold {

/// `terms` orthonormal functions on `n` positions, as columns.
[[nodiscard]] inline matrix orthonormal(int n, int terms, basis_kind basis) {
  matrix m(n, terms);
  fill_orthonormal(n, terms, basis, m);
  return m;
}

}  // namespace polyfold
