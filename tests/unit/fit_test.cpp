// Fitting finds the least-squares optimum, and weights that an approximation can express come back as they were.

#include <cmath>
#include <memory>
#include <vector>

#include <polyfold/inference.hpp>

#include "support/equivalence.hpp"

using namespace polyfold;

namespace {

constexpr auto map = input<6, 5, 5>;

double dot(std::vector<float> const& a, std::vector<float> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}
double norm(std::vector<float> const& a) { return std::sqrt(dot(a, a)); }

template <class Network>
std::vector<float> numbers_of(Network const& net) {
  return {net.parameters.begin(), net.parameters.end()};
}

/// What the fit leaves of random weights is orthogonal to everything that the coefficients can add, and a second fit
/// changes nothing.
template <auto Input, auto Layer, auto... Cuts>
void check_projection() {
  network<Input | Layer> dense;
  network<Input | Layer(Cuts...)> folded;
  test::random_numbers random(7);
  random.fill(dense.parameters);
  std::vector<float> const given = numbers_of(dense);
  fit(dense, folded);
  std::vector<float> const fitted = numbers_of(folded);
  fit(folded, dense);
  std::vector<float> residual = numbers_of(dense);
  for (std::size_t i = 0; i < residual.size(); ++i) residual[i] = given[i] - residual[i];
  REQUIRE(norm(residual) > 0.1 * norm(given));

  auto again = folded;
  fit(dense, again);
  CHECK(test::relative_error(numbers_of(again), fitted) < 1e-4);

  double worst = 0;
  for (std::size_t k = 0; k < folded.parameters.size(); ++k) {
    folded.parameters.fill(0);
    folded.parameters[k] = 1;
    fit(folded, dense);
    std::vector<float> const direction = numbers_of(dense);
    worst = std::max(worst, std::abs(dot(direction, residual)) / norm(direction) / norm(residual));
  }
  CHECK(worst < 1e-5);
}

/// `weight(m, c, r, s)` and `bias(m)` can be expressed: fitted and folded, the layer computes with just these.
template <auto Input, auto Layer, auto... Cuts, class Weight, class Bias>
void check_reproduced(test::convolution_problem const& problem, Weight weight, Bias bias) {
  network<Input | Layer> dense;
  network<Input | Layer(Cuts...)> folded;
  std::size_t i = 0;
  for (int m = 0; m < problem.filters; ++m)
    for (int c = 0; c < problem.channels(); ++c)
      for (int r = 0; r < problem.w.y.size; ++r)
        for (int s = 0; s < problem.w.x.size; ++s) dense.parameters[i++] = float(weight(m, c, r, s));
  for (int m = 0; m < problem.filters; ++m) dense.parameters[i++] = float(bias(m));
  REQUIRE(i == dense.parameters.size());
  fit(dense, folded);
  std::vector<float> image(std::size_t(problem.in.size()));
  test::random_numbers random(8);
  random.fill(image);
  CHECK(test::relative_error(test::outputs_of(folded, image), test::convolve(problem, weight, bias, image.data())) <
        test::folding_tolerance);
}

/// A number that depends on its arguments without pattern.
double some(int a, int b = 0, int c = 0, int d = 0) {
  return std::sin(1.0 + 12.9898 * a + 78.233 * b + 37.719 * c + 4.581 * d);
}

}  // namespace

TEST_CASE("a fit is the orthogonal projection") {
  check_projection<map, conv2d<7, 3>, along<axis::flat, segment<3>, linear>>();
  check_projection<map, conv2d<7, 3>, along<axis::flat, segment<8>, quadratic>>();
  check_projection<map, conv2d<7, 3>, along<axis::kernel, linear>>();
  check_projection<map, conv2d<4, 5, 3>, along<axis::kernel, order<3>>>();
  check_projection<map, conv2d<7, 3>, along<axis::kernel, linear, cosine>>();
  check_projection<map, conv2d<7, 3>, along<axis::channel, segment<4>, linear>>();
  check_projection<map, conv2d<7, 3>, along<axis::output, segment<5>, linear>, bias_along<segment<3>, linear>>();
  check_projection<map, conv2d<8, 3>(groups<2>), along<axis::kernel, linear>, along<axis::channel, constant>,
                   along<axis::output, segment<3>, linear>>();
  check_projection<map, dense<20>, along<axis::kernel, linear>, along<axis::channel, linear, cosine>,
                   along<axis::output, order<3>>, bias_along<order<3>>>();
}

TEST_CASE("weights that are polynomials along the flat axis are reproduced") {
  auto const bias = [](int m) { return some(m); };
  // Linear in the column, per kernel row.
  check_reproduced<map, conv2d<7, 3>, along<axis::flat, segment<3>, linear>>(
      {{6, 5, 5}, 7, {{3}, {3}}}, [](int m, int c, int r, int s) { return some(m, c, r) + some(m, r, c) * s; }, bias);
  // Quadratic in runs of 7 of a filter's 54 weights.
  check_reproduced<map, conv2d<7, 3>, along<axis::flat, segment<7>, quadratic>>(
      {{6, 5, 5}, 7, {{3}, {3}}},
      [](int m, int c, int r, int s) {
        int const i = (c * 3 + r) * 3 + s;
        double const t = i % 7 / 7.0;
        return some(m, i / 7) + some(m, i / 7, 1) * t + some(m, i / 7, 2) * t * t;
      },
      bias);
}

TEST_CASE("weights that are polynomials of the kernel plane are reproduced") {
  auto const bias = [](int m) { return some(m); };
  check_reproduced<map, conv2d<7, 3>(padding<1>), along<axis::kernel, linear>>(
      {{6, 5, 5}, 7, {{3, 1, 1, 1}, {3, 1, 1, 1}}},
      [](int m, int c, int r, int s) { return some(m, c) + some(m, c, 1) * r + some(m, c, 2) * s; }, bias);
  check_reproduced<map, conv2d<4, 4, 5>(stride<2>), along<axis::kernel, quadratic>>(
      {{6, 5, 5}, 4, {{4, 2}, {5, 2}}},
      [](int m, int c, int r, int s) {
        return some(m, c) + some(m, c, 1) * r + some(m, c, 2) * s + some(m, c, 3) * r * r + some(m, c, 4) * r * s +
               some(m, c, 5) * s * s;
      },
      bias);
  check_reproduced<map, conv2d<4, 4>, along<axis::kernel, linear, cosine>>(
      {{6, 5, 5}, 4, {{4}, {4}}},
      [](int m, int c, int r, int s) {
        auto const wave = [](int i) { return std::cos(3.14159265358979 * (2 * i + 1) / 8); };
        return some(m, c) + some(m, c, 1) * wave(r) + some(m, c, 2) * wave(s);
      },
      bias);
}

TEST_CASE("weights that are polynomials along channels and outputs are reproduced") {
  // Segments of 4: channels 0 to 3, then 4 and 5.
  check_reproduced<map, conv2d<7, 3>, along<axis::channel, segment<4>, linear>>(
      {{6, 5, 5}, 7, {{3}, {3}}},
      [](int m, int c, int r, int s) { return some(m, c / 4, r, s) + some(m + 9, c / 4, r, s) * (c % 4); },
      [](int m) { return some(m); });
  // Filters 0 to 4, then 5 and 6; the biases in segments of their own.
  check_reproduced<map, conv2d<7, 3>, along<axis::output, segment<5>, linear>, bias_along<segment<3>, constant>>(
      {{6, 5, 5}, 7, {{3}, {3}}},
      [](int m, int c, int r, int s) { return some(m / 5, c, r, s) + some(m / 5 + 9, c, r, s) * (m % 5); },
      [](int m) { return some(m / 3); });
  // Groups of 4 filters by 3 channels, each cut on its own.
  check_reproduced<map, conv2d<8, 3>(groups<2>), along<axis::channel, linear>,
                   along<axis::output, segment<2>, constant>>(
      {{6, 5, 5}, 8, {{3}, {3}}, 2},
      [](int m, int c, int r, int s) { return some(m / 2, 0, r, s) + some(m / 2, 1, r, s) * c; },
      [](int m) { return some(m); });
}

TEST_CASE("a dense layer keeps the channels, rows and columns of what it reads") {
  check_reproduced<map, dense<9>, along<axis::kernel, linear>, along<axis::output, segment<4>, linear>>(
      {{6, 5, 5}, 9, {{5}, {5}}},
      [](int m, int c, int r, int s) {
        auto const plane = [&](int k) {
          return some(m / 4, c, k) + some(m / 4, c, k + 3) * r + some(m / 4, c, k + 6) * s;
        };
        return plane(0) + plane(1) * (m % 4);
      },
      [](int m) { return some(m); });
}

TEST_CASE("fitting an arrangement") {
  SECTION("weights that are levels of a line are reproduced") {
    check_reproduced<map, dense<8>, arranged<1, linear, 4>>(
        {{6, 5, 5}, 8, {{5}, {5}}},
        [](int m, int c, int r, int s) { return -0.7 + 0.1 * ((m * 150 + c * 25 + r * 5 + s) * 7 % 16); },
        [](int m) { return some(m); });
  }
  SECTION("each filter on a line of its own") {
    check_reproduced<map, dense<8>, arranged_per_filter<1, linear, 3>>(
        {{6, 5, 5}, 8, {{5}, {5}}},
        [](int m, int c, int r, int s) { return some(m) + 0.1 * (m + 1) * ((c * 25 + r * 5 + s) * 3 % 8); },
        [](int m) { return some(m); });
  }
  SECTION("more levels come closer, and so do more pieces") {
    network<map | dense<40>> given;
    auto const error = [&](auto folded) {
      test::random_numbers random(9);
      random.fill(given.parameters);
      std::vector<float> difference = numbers_of(given);
      auto nearest = given;
      fit(given, folded);
      fit(folded, nearest);
      for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= nearest.parameters[i];
      return norm(difference);
    };
    double const coarse = error(network<map | dense<40>(arranged<2, linear, 3>)>{});
    double const finer = error(network<map | dense<40>(arranged<2, linear, 4>)>{});
    double const more_pieces = error(network<map | dense<40>(arranged<8, linear, 4>)>{});
    CHECK(finer < 0.8 * coarse);
    CHECK(more_pieces < finer);
    // Lloyd's optimum for 16 free levels and normal weights leaves 0.0973 of their norm (Max 1960).
    double const free = error(network<map | dense<40>(arranged<16, constant, 4>)>{});
    CHECK(free < 0.13 * norm(numbers_of(given)));
  }
}

TEST_CASE("numbers of layers without weights are copied") {
  network<map | conv2d<4, 3> | batch_norm> exact_net;
  network<map | conv2d<4, 3>(along<axis::kernel, linear>) | batch_norm> folded;
  test::random_numbers random(10);
  random.fill(exact_net.parameters);
  fit(exact_net, folded);
  for (int i = 0; i < 16; ++i)
    CHECK(folded.parameters[std::size_t(folded.first_parameter(1) + i)] ==
          exact_net.parameters[std::size_t(exact_net.first_parameter(1) + i)]);
}
