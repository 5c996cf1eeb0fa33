// Arranged weights: the iteration ends no worse than it began, and finds what can be found exactly.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <polyfold/fit/arrange.hpp>
#include <polyfold/fit/basis_changes.hpp>
#include <polyfold/fold/arranged_product.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

template <int Pieces, int Order, int Bits>
least_squares::matrix curve() {
  return detail::matrix_of<fold::level_curve<arrangement{true, Pieces, Order, Bits, false}>>();
}

double value_of(least_squares::matrix const& basis, std::vector<float> const& coefficients, int level) {
  double value = 0;
  for (int k = 0; k < basis.columns; ++k) value += basis(level, k) * double(coefficients[std::size_t(k)]);
  return value;
}

double squared_error(std::vector<float> const& weights, least_squares::matrix const& basis,
                     least_squares::arranged_weights const& a) {
  REQUIRE(a.levels.size() == weights.size());
  REQUIRE(a.coefficients.size() == std::size_t(basis.columns));
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    REQUIRE(int(a.levels[i]) < basis.rows);
    double const d = double(weights[i]) - value_of(basis, a.coefficients, a.levels[i]);
    sum += d * d;
  }
  return sum;
}

/// The plain way: sorted weights cut into runs of equal number, and the curve fitted to them once by least squares.
double error_of_equal_counts(std::vector<float> weights, least_squares::matrix const& basis) {
  std::sort(weights.begin(), weights.end());
  least_squares::matrix rows(int(weights.size()), basis.columns);
  for (int i = 0; i < rows.rows; ++i)
    for (int k = 0; k < basis.columns; ++k)
      rows(i, k) = basis(int(std::size_t(i) * std::size_t(basis.rows) / weights.size()), k);
  least_squares::qr_factors const factors = least_squares::qr(rows);
  double sum = 0;
  std::vector<double> rest(weights.begin(), weights.end());
  for (int k = 0; k < basis.columns; ++k) {
    double dot = 0;
    for (int i = 0; i < rows.rows; ++i) dot += factors.q(i, k) * rest[std::size_t(i)];
    for (int i = 0; i < rows.rows; ++i) rest[std::size_t(i)] -= dot * factors.q(i, k);
  }
  for (double const r : rest) sum += r * r;
  return sum;
}

std::vector<float> random_weights(std::size_t count, std::uint64_t seed, bool heavy_tailed) {
  test::random_numbers random(seed);
  std::vector<float> weights(count);
  for (float& w : weights) {
    w = random.normal();
    if (heavy_tailed) w *= w * w;
  }
  return weights;
}

void check_curve(least_squares::matrix const& basis) {
  for (std::uint64_t const seed : {1u, 2u, 3u})
    for (bool const heavy_tailed : {false, true}) {
      std::vector<float> const weights = random_weights(700, seed, heavy_tailed);
      least_squares::arranged_weights const found = least_squares::arrange(weights, basis);
      INFO(basis.rows << " levels, " << basis.columns << " coefficients, seed " << seed << ", tails " << heavy_tailed);
      double const error = squared_error(weights, basis, found);
      CHECK(error <= error_of_equal_counts(weights, basis) * (1 + 1e-6));
      // Every weight has the nearest level.
      std::vector<double> levels;
      for (int l = 0; l < basis.rows; ++l) levels.push_back(value_of(basis, found.coefficients, l));
      for (std::size_t i = 0; i < weights.size(); ++i) {
        double nearest = 1e300;
        for (double const l : levels) nearest = std::min(nearest, std::abs(double(weights[i]) - l));
        REQUIRE(std::abs(double(weights[i]) - levels[found.levels[i]]) <= nearest + 1e-5);
      }
    }
}

}  // namespace

TEST_CASE("an arrangement is never worse than runs of equal number") {
  check_curve(curve<1, 1, 4>());
  check_curve(curve<5, 1, 5>());
  check_curve(curve<3, 2, 4>());
  check_curve(curve<8, 0, 3>());
}

TEST_CASE("weights on a curve are found exactly") {
  test::random_numbers random(4);
  auto const check = [&](least_squares::matrix const& basis, auto level_value) {
    std::vector<float> weights;
    for (int copies = 0; copies < 9; ++copies)
      for (int l = 0; l < basis.rows; ++l) weights.push_back(level_value(l));
    random.shuffle(weights);
    least_squares::arranged_weights const found = least_squares::arrange(weights, basis);
    INFO(basis.rows << " levels, " << basis.columns << " coefficients");
    CHECK(squared_error(weights, basis, found) < 1e-10);
  };
  check(curve<1, 1, 4>(), [](int l) { return -0.7f + 0.1f * float(l); });
  check(curve<2, 1, 4>(), [](int l) { return l < 8 ? -3.0f + 0.125f * float(l) : 1.0f + 0.25f * float(l); });
  check(curve<1, 2, 4>(), [](int l) { return 0.5f + 0.01f * float(l * l); });
  check(curve<8, 0, 3>(), [](int l) { return float(l * l * l) - 20.0f; });
}

TEST_CASE("equal weights are all met") {
  for (least_squares::matrix const& basis : {curve<1, 1, 4>(), curve<5, 1, 5>(), curve<4, 0, 2>(), curve<1, 2, 3>()}) {
    for (float const value : {0.0f, -2.5f, 1e-20f, 3e10f}) {
      std::vector<float> const weights(40, value);
      least_squares::arranged_weights const found = least_squares::arrange(weights, basis);
      INFO(basis.columns << " coefficients, all weights " << value);
      CHECK(squared_error(weights, basis, found) <= 1e-12 * double(value) * double(value) * 40);
    }
  }
}

TEST_CASE("fewer weights than levels") {
  for (least_squares::matrix const& basis : {curve<1, 1, 4>(), curve<5, 1, 5>(), curve<8, 0, 3>()})
    for (std::size_t const count : {1u, 2u, 3u, 7u}) {
      std::vector<float> const weights = random_weights(count, 5 + count, false);
      least_squares::arranged_weights const found = least_squares::arrange(weights, basis);
      INFO(basis.columns << " coefficients, " << count << " weights");
      CHECK(squared_error(weights, basis, found) <= error_of_equal_counts(weights, basis) + 1e-10);
      if (count == 1 || basis.columns == 8) CHECK(squared_error(weights, basis, found) < 1e-10);
    }
}

TEST_CASE("no weights at all") {
  least_squares::arranged_weights const found = least_squares::arrange({}, curve<2, 1, 3>());
  CHECK(found.levels.empty());
  CHECK(found.coefficients == std::vector<float>(4));
}

TEST_CASE("the order of the weights does not matter") {
  least_squares::matrix const basis = curve<5, 1, 5>();
  std::vector<float> const weights = random_weights(300, 6, true);
  least_squares::arranged_weights const found = least_squares::arrange(weights, basis);
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  test::random_numbers(7).shuffle(order);
  std::vector<float> mixed;
  for (std::size_t const i : order) mixed.push_back(weights[i]);
  least_squares::arranged_weights const again = least_squares::arrange(mixed, basis);
  for (std::size_t k = 0; k < found.coefficients.size(); ++k)
    CHECK(again.coefficients[k] == Approx(found.coefficients[k]).margin(1e-4));
  int different = 0;
  for (std::size_t i = 0; i < order.size(); ++i) different += again.levels[i] != found.levels[order[i]];
  CHECK(different <= 2);  // ties, in the middle between two levels
}
