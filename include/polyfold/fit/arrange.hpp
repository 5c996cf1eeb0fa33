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

#include <Eigen/Dense>

#include <polyfold/fit/modes.hpp>

namespace polyfold {

struct arranged_weights {
  std::vector<float> coefficients;   // of the curve
  std::vector<std::uint8_t> levels;  // of every weight
};

/// One curve for all of `weights`. `basis` (levels x coefficients) holds the curve's functions.
[[nodiscard]] inline arranged_weights arrange(std::vector<float> const& weights, Eigen::MatrixXf const& basis) {
  constexpr int iterations = 100;
  Eigen::Index const levels = basis.rows();
  std::size_t const count = weights.size();

  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weights[a] < weights[b]; });
  arranged_weights result{{}, std::vector<std::uint8_t>(count)};
  for (std::size_t rank = 0; rank < count; ++rank)
    result.levels[order[rank]] = static_cast<std::uint8_t>(rank * std::size_t(levels) / count);

  Eigen::MatrixXd const functions = basis.cast<double>();
  Eigen::VectorXd coefficients;
  double error = 1e300;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    // Least squares over all weights needs each level's number of weights and their sum only.
    Eigen::VectorXd members = Eigen::VectorXd::Zero(levels);
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(levels);
    for (std::size_t i = 0; i < count; ++i) {
      members(result.levels[i]) += 1;
      sums(result.levels[i]) += double(weights[i]);
    }
    Eigen::MatrixXd const normal = functions.transpose() * members.asDiagonal() * functions;
    // Pieces that no weight uses leave the system singular: the orthogonal decomposition takes the smallest solution.
    coefficients = normal.completeOrthogonalDecomposition().solve(functions.transpose() * sums);

    Eigen::VectorXd const curve = functions * coefficients;
    std::vector<std::pair<double, std::uint8_t>> sorted(static_cast<std::size_t>(levels));
    for (Eigen::Index l = 0; l < levels; ++l)
      sorted[std::size_t(l)] = {curve(l), static_cast<std::uint8_t>(l)};
    std::sort(sorted.begin(), sorted.end());
    double now = 0;
    for (std::size_t i = 0; i < count; ++i) {
      double const w = double(weights[i]);
      auto above = std::lower_bound(sorted.begin(), sorted.end(), std::pair<double, std::uint8_t>{w, 0});
      if (above == sorted.end() || (above != sorted.begin() && w - std::prev(above)->first < above->first - w)) --above;
      result.levels[i] = above->second;
      now += (w - above->first) * (w - above->first);
    }
    if (now > error * (1 - 1e-6)) break;
    error = now;
  }
  result.coefficients.assign(std::size_t(coefficients.size()), 0);
  for (Eigen::Index k = 0; k < coefficients.size(); ++k)
    result.coefficients[std::size_t(k)] = float(coefficients(k));
  return result;
}

}  // namespace polyfold
