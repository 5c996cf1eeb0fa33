// The coordinates of training: there and back, the gradient's transpose, learning rates, roles and random weights.

#include <cmath>
#include <memory>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/train/parameters.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

// Every kind of cut: kernel plane, rows, flat, channel, output, groups, biases, a curve.
constexpr auto all_cuts =
    input<2, 9, 9> | conv2d<6, 3>(along<axis::kernel, linear>, along<axis::output, segment<3>, linear>) | batch_norm |
    relu | conv2d<4, 3>(along<axis::flat, segment<3>, linear>, groups<2>) |
    conv2d<6, 2>(along<axis::flat, segment<5>, quadratic>) |
    dense<12>(along<axis::channel, segment<3>, linear>, along<axis::output, order<3>>, bias_along<segment<4>, linear>) |
    dense<9>(arranged<2, linear, 3>, no_bias) | dense<3>;
using cut_network = network<all_cuts>;

constexpr auto no_cuts = input<2, 9, 9> | conv2d<6, 3> | batch_norm | relu | conv2d<4, 3>(groups<2>) | conv2d<6, 2> |
                         dense<12> | dense<9>(no_bias) | dense<3>;
using dense_network = network<no_cuts>;

std::vector<float> random_numbers_for(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  test::random_numbers(seed).fill(values);
  return values;
}

double dot(std::vector<float> const& a, std::vector<float> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}

}  // namespace

TEST_CASE("storing and taking up again are inverse to each other") {
  cut_network net;
  training::parameter_space<cut_network> const space;
  std::vector<float> const master = random_numbers_for(net.parameters.size(), 1);
  space.store(master, net);
  CHECK(test::relative_error(space.master_of(net), master) < 1e-5);

  std::vector<float> const stored = random_numbers_for(net.parameters.size(), 2);
  std::copy(stored.begin(), stored.end(), net.parameters.begin());
  space.store(space.master_of(net), net);
  CHECK(test::relative_error(net.parameters, stored) < 1e-5);
}

TEST_CASE("the numbers of a dense network are trained as they are") {
  dense_network net;
  training::parameter_space<dense_network> const space;
  std::vector<float> const stored = random_numbers_for(net.parameters.size(), 3);
  std::copy(stored.begin(), stored.end(), net.parameters.begin());
  CHECK(space.master_of(net) == stored);
  std::vector<float> gradient = stored;
  space.to_master_gradient(gradient);
  CHECK(gradient == stored);
}

TEST_CASE("training's coordinates are those of an orthonormal basis: lengths are those of the weights") {
  cut_network folded;
  dense_network dense;
  training::parameter_space<cut_network> const space;
  // The curve of an arrangement is orthonormal over its levels, not over the weights that use them.
  constexpr int before_arranged = cut_network::first_parameter(6);
  std::vector<float> master = random_numbers_for(folded.parameters.size(), 4);
  space.store(master, folded);
  fit(folded, dense);
  double weights = 0;
  for (int i = 0; i < dense_network::first_parameter(6); ++i)
    weights += double(dense.parameters[std::size_t(i)]) * double(dense.parameters[std::size_t(i)]);
  master.resize(std::size_t(before_arranged));
  CHECK(weights == Approx(dot(master, master)).epsilon(1e-5));
}

TEST_CASE("the gradient's transform is the transpose of storing") {
  // For f(net) = g . stored: df / d master_i by differences, exact but for rounding since f is linear.
  cut_network net;
  training::parameter_space<cut_network> const space;
  std::vector<float> const weights = random_numbers_for(net.parameters.size(), 5);
  std::vector<float> const master = random_numbers_for(net.parameters.size(), 6);
  std::vector<float> gradient = weights;
  space.to_master_gradient(gradient);
  auto const value = [&](std::vector<float> const& at) {
    space.store(at, net);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += double(weights[i]) * double(net.parameters[i]);
    return sum;
  };
  test::random_numbers random(7);
  for (int sample = 0; sample < 200; ++sample) {
    auto const i = std::size_t(random.below(int(master.size())));
    std::vector<float> above = master;
    std::vector<float> below = master;
    above[i] += 8;
    below[i] -= 8;
    INFO("number " << i);
    CHECK((value(above) - value(below)) / 16 == Approx(double(gradient[i])).margin(2e-5));
  }
  // And in one go: <g, store(d)> = <transform(g), d>.
  std::vector<float> const direction = random_numbers_for(net.parameters.size(), 8);
  CHECK(value(direction) == Approx(dot(gradient, direction)).margin(1e-3));
}

TEST_CASE("learning rates grow with the weights that a coefficient stands for") {
  training::parameter_space<cut_network> const space(0.25f);
  auto const rate = [&](int layer, int number) {
    return space.rates()[std::size_t(cut_network::first_parameter(layer) + number)];
  };
  // 6 x 2 x 3 x 3 weights, 4 x 2 x 3 coefficients; then 6 biases.
  CHECK(rate(0, 0) == Approx(std::sqrt(108.0f / 24)));
  CHECK(rate(0, 23) == rate(0, 0));
  CHECK(rate(0, 24) == 1.0f);
  for (int i = 0; i < 24; ++i) CHECK(rate(1, i) == 1.0f);
  // 3 of a kernel row to 2.
  CHECK(rate(3, 0) == Approx(std::sqrt(1.5f)));
  // Dense: 12 x 6 x 4 x 4 weights, 4 x 4 x 16 coefficients.
  CHECK(rate(5, 0) == Approx(0.25f * std::sqrt(1152.0f / 256)));
  // The biases of dense layers keep the whole rate.
  CHECK(rate(5, 256) == 1.0f);
  // A curve's coefficients count as single weights, a dense layer's weights as they are.
  CHECK(rate(6, 0) == 0.25f);
  CHECK(rate(7, 0) == 0.25f);
  training::parameter_space<cut_network> const undamped(1);
  CHECK(undamped.rates()[std::size_t(cut_network::first_parameter(7))] == 1.0f);
}

template <class Space>
concept gives_roles = requires(Space&& space) {
  static_cast<Space&&>(space).roles();
};
template <class Space>
concept gives_rates = requires(Space&& space) {
  static_cast<Space&&>(space).rates();
};
TEST_CASE("a temporary space of parameters gives nothing that would be gone with it") {
  using space = training::parameter_space<cut_network>;
  STATIC_REQUIRE((gives_roles<space const&> && gives_rates<space const&>));
  STATIC_REQUIRE_FALSE(gives_roles<space>);
  STATIC_REQUIRE_FALSE(gives_rates<space>);
}

TEST_CASE("roles: coefficients, biases, and the statistics of batch norm") {
  training::parameter_space<cut_network> const space;
  auto const count = [&](int layer, part_role r) {
    int found = 0;
    for (int i = cut_network::first_parameter(layer); i < cut_network::first_parameter(layer + 1); ++i)
      found += space.roles()[std::size_t(i)] == r;
    return found;
  };
  CHECK(count(0, part_role::weight) == 24);
  CHECK(count(0, part_role::bias) == 6);
  // Gamma and beta are learned, mean and variance averaged, in this order.
  CHECK(count(1, part_role::bias) == 12);
  CHECK(count(1, part_role::statistic) == 12);
  CHECK(space.roles()[std::size_t(cut_network::first_parameter(1)) + 11] == part_role::bias);
  CHECK(space.roles()[std::size_t(cut_network::first_parameter(1)) + 12] == part_role::statistic);
  CHECK(count(5, part_role::weight) == 256);
  CHECK(count(5, part_role::bias) == 6);
  CHECK(count(6, part_role::weight) == 4);
  CHECK(count(6, part_role::bias) == 0);
}

TEST_CASE("initial weights have variance 2 / fan-in, folded or not; biases are 0, batch norm is neutral") {
  constexpr auto folded_layers =
      input<8, 6, 6> | conv2d<32, 3>(along<axis::kernel, linear>) | batch_norm | relu | conv2d<32, 3>(groups<4>) |
      dense<120>(along<axis::channel, segment<4>, linear>, along<axis::output, segment<10>, order<3>>);
  constexpr auto dense_layers =
      input<8, 6, 6> | conv2d<32, 3> | batch_norm | relu | conv2d<32, 3>(groups<4>) | dense<120>;
  using folded_type = network<folded_layers>;
  using dense_type = network<dense_layers>;
  auto const folded = std::make_unique<folded_type>();
  auto const dense = std::make_unique<dense_type>();
  initialise(*folded, 1);
  fit(*folded, *dense);
  auto const check = [&](int layer, int weights, int fan_in) {
    double sum = 0;
    double squares = 0;
    auto const* const w = dense->parameters.data() + dense_type::first_parameter(layer);
    for (int i = 0; i < weights; ++i) {
      sum += double(w[i]);
      squares += double(w[i]) * double(w[i]);
    }
    INFO("layer " << layer);
    double const variance = 2.0 / fan_in;
    // Within four deviations of what independent coefficients give, a few hundred of them at least.
    CHECK(squares / weights == Approx(variance).epsilon(0.2));
    CHECK(std::abs(sum / weights) < 0.2 * std::sqrt(variance));
    for (int i = dense_type::first_parameter(layer) + weights; i < dense_type::first_parameter(layer + 1); ++i)
      CHECK(dense->parameters[std::size_t(i)] == 0.0f);
  };
  check(0, 32 * 8 * 9, 72);
  check(3, 32 * 8 * 9, 72);
  check(4, 120 * 32 * 4, 128);
  int const first = dense_type::first_parameter(1);
  for (int i = 0; i < 128; ++i) CHECK(dense->parameters[std::size_t(first + i)] == (i < 32 || i >= 96 ? 1.0f : 0.0f));

  network<input<2, 3, 3> | scale_shift> plain;
  initialise(plain, 1);
  CHECK(plain.parameters == std::array{1.0f, 1.0f, 0.0f, 0.0f});

  auto const again = std::make_unique<folded_type>();
  initialise(*again, 1);
  CHECK(again->parameters == folded->parameters);
  initialise(*again, 2);
  CHECK(again->parameters != folded->parameters);
}
