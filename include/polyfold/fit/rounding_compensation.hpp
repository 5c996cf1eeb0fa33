// Rounding weights one after the other, so that those which are still to be rounded take back what each rounding does to sums
// (Frantar et al. 2022, arXiv 2210.17323; Hassibi & Stork 1993).
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace polyfold::detail {

/// How much of an error of weight k each later weight j takes back: U_kj / U_kk, where U'U is the inverse of the inputs' products.
/// Empty where they are not known.
[[nodiscard]] inline std::vector<double> compensation_of(std::vector<double> const& products, int size) {
  if (products.empty()) return {};
  std::size_t const n = std::size_t(size);
  std::vector<double> h = products;
  double mean = 0;
  for (std::size_t i = 0; i < n; ++i) mean += h[i * n + i] / double(n);
  if (!(mean > 0)) return {};
  for (std::size_t i = 0; i < n; ++i) {
    h[i * n + i] += 0.001 * mean + 0.001 * h[i * n + i];
    for (std::size_t j = i + 1; j < n; ++j) h[i * n + j] = h[j * n + i];
  }
  // With H = L L' from the last row to the first, H^-1 = L'^-1 L^-1, and U = L^-1 is upper triangular where L is.
  std::vector<double> l(n * n, 0.0);
  for (std::size_t j = n; j-- > 0;) {
    double diagonal = h[j * n + j];
    for (std::size_t k = j + 1; k < n; ++k) diagonal -= l[j * n + k] * l[j * n + k];
    if (!(diagonal > 0)) return {};
    l[j * n + j] = std::sqrt(diagonal);
    for (std::size_t i = 0; i < j; ++i) {
      double sum = h[i * n + j];
      for (std::size_t k = j + 1; k < n; ++k) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = sum / l[j * n + j];
    }
  }
  std::vector<double> u(n * n, 0.0);
  for (std::size_t i = n; i-- > 0;) {
    u[i * n + i] = 1 / l[i * n + i];
    for (std::size_t j = i + 1; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = i + 1; k <= j; ++k) sum += l[i * n + k] * u[k * n + j];
      u[i * n + j] = -sum / l[i * n + i];
    }
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = n; j-- > i;) u[i * n + j] /= u[i * n + i];
  return u;
}

}  // namespace polyfold::detail
