// Fits arranged weights: a curve of levels in a few polynomial pieces, and for every weight the nearest level.
//
// Lloyd's iteration with the levels held on the curve: assign every weight to its nearest level, then fit the curve's
// coefficients to the weights by least squares. It starts from the sorted weights, cut into runs of equal number. Neither
// step can raise the squared error, so it ends.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <polyfold/fit/matrix.hpp>

namespace polyfold::least_squares {

struct arranged_weights {
  std::vector<float> coefficients;   // of the curve
  std::vector<std::uint8_t> levels;  // of every weight
};

/// Fits the curve to `weights` as they are assigned, then assigns each to its nearest level. `basis` (levels x coefficients)
/// holds the curve's functions. Returns the squared error.
inline double refine(arranged_weights& arranged, float const* weights, matrix const& basis) {
  int const levels = basis.rows;
  std::size_t const count = arranged.levels.size();
  // Least squares over all weights needs each level's number of weights and their sum only: rows scaled by the root of
  // the number. Pieces that no weight uses come out as zero.
  matrix members(1, levels);
  matrix sums(1, levels);
  for (std::size_t i = 0; i < count; ++i) {
    members(0, arranged.levels[i]) += 1;
    sums(0, arranged.levels[i]) += double(weights[i]);
  }
  matrix scaled = basis;
  for (int l = 0; l < levels; ++l)
    for (int k = 0; k < basis.columns; ++k) scaled(l, k) *= std::sqrt(members(0, l));
  qr_factors const factors = qr(std::move(scaled));
  matrix const solve = times_transposed(inverse_of_upper(factors.r), factors.q);
  matrix coefficients(1, basis.columns);
  for (int k = 0; k < basis.columns; ++k)
    for (int l = 0; l < levels; ++l)
      if (double const n = members(0, l); n > 0) coefficients(0, k) += solve(k, l) * sums(0, l) / std::sqrt(n);
  arranged.coefficients.assign(coefficients.values.begin(), coefficients.values.end());

  std::vector<std::pair<double, std::uint8_t>> sorted;
  for (int l = 0; l < levels; ++l) {
    double value = 0;
    for (int k = 0; k < basis.columns; ++k) value += basis(l, k) * coefficients(0, k);
    sorted.emplace_back(value, static_cast<std::uint8_t>(l));
  }
  std::sort(sorted.begin(), sorted.end());
  double error = 0;
  for (std::size_t i = 0; i < count; ++i) {
    double const w = double(weights[i]);
    auto above = std::lower_bound(sorted.begin(), sorted.end(), std::pair<double, std::uint8_t>{w, 0});
    if (above == sorted.end() || (above != sorted.begin() && w - std::prev(above)->first < above->first - w)) --above;
    arranged.levels[i] = above->second;
    error += (w - above->first) * (w - above->first);
  }
  return error;
}

/// One curve for all of `weights`.
[[nodiscard]] inline arranged_weights arrange(std::vector<float> const& weights, matrix const& basis) {
  constexpr int iterations = 100;
  std::size_t const count = weights.size();
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weights[a] < weights[b]; });
  arranged_weights result{{}, std::vector<std::uint8_t>(count)};
  for (std::size_t rank = 0; rank < count; ++rank)
    result.levels[order[rank]] = static_cast<std::uint8_t>(rank * std::size_t(basis.rows) / count);

  double error = 1e300;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    double const now = refine(result, weights.data(), basis);
    if (now >= error * (1 - 1e-6)) break;
    error = now;
  }
  return result;
}

}  // namespace polyfold::least_squares
