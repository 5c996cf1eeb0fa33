// Rounding the weights of a filter so that its sums change least, given how its inputs go together.
//
// They are rounded one after the other, and those which are still to be rounded take back what each rounding does to the sums
// (Frantar et al. 2022, arXiv 2210.17323; Hassibi & Stork 1993). Changing single codes behind that was tried, and found nothing
// better.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace polyfold::detail {

class compensated_rounding {
 public:
  compensated_rounding() = default;
  /// `products`: sum x_a x_b over inputs of a filter, the lower triangle of rows of `pitch` numbers, of which the first `size`
  /// count; empty where they are not known, and weights are rounded to the nearest codes.
  compensated_rounding(std::vector<double> const& products, int pitch, int size) {
    std::size_t const n = std::size_t(size);
    auto const product = [&](std::size_t a, std::size_t b) { return products[a * std::size_t(pitch) + b]; };
    double mean = 0;
    for (std::size_t i = 0; i < n && !products.empty(); ++i) mean += product(i, i) / double(n);
    if (!(mean > 0)) return;
    products_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) products_[i * n + j] = products_[j * n + i] = product(i, j);
      products_[i * n + i] += 0.001 * mean + 0.001 * product(i, i);
    }
    find_shares(n);
  }

  /// Rounds `weights` to multiples of `steps`, from -127 to 127 times; a step of 0 leaves a number free to take back what it can.
  /// Returns the squared error of the sums.
  double operator()(std::vector<double>& weights, std::vector<double> const& steps) const {
    std::size_t const n = weights.size();
    std::vector<double> off = weights;
    for (std::size_t k = 0; k < n; ++k) {
      double const exact = weights[k];
      weights[k] = nearest(exact, steps[k]);
      for (std::size_t j = k + 1; j < n && !shares_.empty(); ++j)
        weights[j] -= (exact - weights[k]) * shares_[k * n + j];
    }
    for (std::size_t k = 0; k < n; ++k) off[k] -= weights[k];
    double error = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double of_input = products_.empty() ? off[i] : 0;
      for (std::size_t j = 0; j < n && !products_.empty(); ++j) of_input += products_[i * n + j] * off[j];
      error += off[i] * of_input;
    }
    return error;
  }

 private:
  [[nodiscard]] static double nearest(double value, double step) {
    return step > 0 ? double(std::clamp(std::lround(value / step), -127L, 127L)) * step : value;
  }
  /// How much of an error of weight k each later weight j takes back: U_kj / U_kk, where U'U is the inverse of the products.
  void find_shares(std::size_t n) {
    // With H = L L' from the last row to the first, H^-1 = L'^-1 L^-1, and U = L^-1 is upper triangular where L is.
    std::vector<double> const& h = products_;
    std::vector<double> l(n * n, 0.0);
    for (std::size_t j = n; j-- > 0;) {
      double diagonal = h[j * n + j];
      for (std::size_t k = j + 1; k < n; ++k) diagonal -= l[j * n + k] * l[j * n + k];
      if (!(diagonal > 0)) return;
      l[j * n + j] = std::sqrt(diagonal);
      for (std::size_t i = 0; i < j; ++i) {
        double sum = h[i * n + j];
        for (std::size_t k = j + 1; k < n; ++k) sum -= l[i * n + k] * l[j * n + k];
        l[i * n + j] = sum / l[j * n + j];
      }
    }
    shares_.assign(n * n, 0.0);
    std::vector<double>& u = shares_;
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
  }

  std::vector<double> products_;
  std::vector<double> shares_;
};

}  // namespace polyfold::detail
