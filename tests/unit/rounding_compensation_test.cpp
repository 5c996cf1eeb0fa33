// Rounding weights so that sums change least.

#include <cmath>
#include <cstdint>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fit/rounding_compensation.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr std::size_t count = 6;

/// Inputs that go together, as moments do: running sums of noise. The last one is 1.
std::vector<double> products_of_inputs(std::uint64_t seed) {
  test::random_numbers random(seed);
  std::vector<double> products(count * count);
  for (int image = 0; image < 200; ++image) {
    std::vector<double> x(count, 1.0);
    double level = 3;
    for (std::size_t k = 0; k + 1 < count; ++k) x[k] = level += double(random.normal());
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b <= a; ++b) products[a * count + b] += x[a] * x[b];
  }
  return products;
}

double error_of(std::vector<double> const& products, std::vector<double> const& exact,
                std::vector<double> const& rounded) {
  double error = 0;
  for (std::size_t a = 0; a < exact.size(); ++a)
    for (std::size_t b = 0; b < exact.size(); ++b)
      error += (exact[a] - rounded[a]) * (exact[b] - rounded[b]) *
               products[core::larger(a, b) * count + core::smaller(a, b)];
  return error;
}

}  // namespace

TEST_CASE("compensated rounding changes sums less than the nearest codes do, with a free bias less again") {
  test::random_numbers random(7);
  double nearest = 0;
  double compensated = 0;
  double free = 0;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> const products = products_of_inputs(std::uint64_t(trial));
    std::vector<double> exact(count);
    for (double& w : exact) w = double(random.normal());
    std::vector<double> const steps(count, 0.1);
    detail::compensated_rounding const rounding(products, int(count), int(count));
    std::vector<double> values = exact;
    (void)detail::compensated_rounding()(values, steps);
    for (std::size_t k = 0; k < count; ++k) CHECK(values[k] == Approx(0.1 * std::round(exact[k] / 0.1)));
    nearest += error_of(products, exact, values);
    values = exact;
    double const said = rounding(values, steps);
    compensated += error_of(products, exact, values);
    CHECK(said == Approx(error_of(products, exact, values)).epsilon(0.3));
    for (double const v : values) CHECK(std::abs(v / 0.1 - std::round(v / 0.1)) < 1e-6);
    // A bias that is not rounded takes back the change of the mean.
    std::vector<double> last_free = steps;
    last_free.back() = 0;
    values = exact;
    (void)rounding(values, last_free);
    free += error_of(products, exact, values);
  }
  INFO(nearest << " " << compensated << " " << free);
  CHECK(compensated < 0.5 * nearest);
  CHECK(free < 0.95 * compensated);
}

TEST_CASE("a part of the inputs is taken from products of more") {
  std::vector<double> const products = products_of_inputs(3);
  std::vector<double> part;
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 0; b < 4; ++b) part.push_back(products[a * count + b]);
  std::vector<double> const steps(4, 0.2);
  std::vector<double> of_part{0.31, -0.73, 0.52, 0.05};
  std::vector<double> of_all = of_part;
  (void)detail::compensated_rounding(part, 4, 4)(of_part, steps);
  (void)detail::compensated_rounding(products, int(count), 4)(of_all, steps);
  CHECK(of_part == of_all);
}
