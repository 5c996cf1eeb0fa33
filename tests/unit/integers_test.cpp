// Integer networks: their logits are those of the float network as far as 8 bits go, and no bit depends on the schedule or on
// when they run: at compile time as on any machine.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/integers.hpp>

#include "catch.hpp"
#include "support/integers.hpp"

using namespace polyfold;

namespace {

template <class Network>
std::unique_ptr<Network> random_network(std::uint64_t seed) {
  auto net = std::make_unique<Network>();
  test::random_numbers random(seed);
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          int const count = Network::parameter_count(I);
          for (int i = 0; i < count; ++i)
            net->parameters[std::size_t(Network::first_parameter(I) + i)] =
                0.5f * random.normal() / std::sqrt(float(count) / 4);
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Network::layers>{});
  return net;
}

/// Logits of integers against those of floats, in parts of the largest, and the same bits by rolling rows.
template <auto Pipeline, int8_numbers Numbers = in_int8>
double difference(normalisation const& pixels = {0.4f, 0.25f}) {
  using float_network = network<Pipeline>;
  using integer_network = network<Pipeline, Numbers>;
  using rolling_network = network<Pipeline, Numbers, rolling_rows>;
  auto const net = random_network<float_network>(11);
  image_set const images = test::random_images(float_network::input_shape, 24);
  dataset const source(images, pixels);
  auto const integers = std::make_unique<integer_network>();
  quantise(*net, calibrate(*net, source), pixels, *integers);
  CHECK(sums_fit(*integers));
  auto const rolling = test::as_scheduled<Pipeline, rolling_rows>(*integers);
  auto const float_workspace = std::make_unique<typename float_network::template workspace<>>();
  auto const workspace = std::make_unique<typename integer_network::template workspace<>>();
  auto const rolling_workspace = std::make_unique<typename rolling_network::template workspace<>>();
  // What an earlier image left behind must not matter.
  for (auto& byte : workspace->bytes) byte = 0xa5;
  for (auto& byte : rolling_workspace->bytes) byte = 0x5a;
  std::vector<float> image(std::size_t(float_network::input_shape.size()));
  double worst = 0;
  double largest = 0;
  bool same = true;
  for (std::size_t i = 0; i < source.size(); ++i) {
    source.load(i, image.data());
    auto const expected = net->run(image.data(), float_workspace->data());
    auto const found = integers->run(images.image(i).data(), workspace.get());
    auto const by_rows = rolling->run(images.image(i).data(), rolling_workspace.get());
    for (int k = 0; k < expected.size(); ++k) {
      worst = std::max(worst, std::abs(double(found[k]) * double(integers->logit_scale[0]) - double(expected[k])));
      largest = std::max(largest, std::abs(double(expected[k])));
      same = same && found[k] == by_rows[k];
    }
  }
  CHECK(same);
  CHECK(largest > 0);
  return worst / largest;
}

constexpr auto kernel1 = along<axis::kernel, linear>;
constexpr auto kernel2 = along<axis::kernel, quadratic>;

}  // namespace

TEST_CASE("integers follow floats: convolutions, activations and maxima") {
  CHECK(difference<input<1, 12, 12> | conv2d<4, 3>(padding<1>, kernel1) | relu | max_pool<2> | conv2d<6, 3>(kernel1) |
                   relu | max_pool<2> | dense<5>>() < 0.03);
  CHECK(difference<input<3, 11, 10> | conv2d<4, 3>(padding<1>) | leaky_relu<1, 5> | max_pool<3>(stride<2>) |
                   conv2d<6, 3>(stride<2>, kernel2) | relu6 | dense<5>>() < 0.03);
  CHECK(difference<input<2, 9, 9> | conv2d<4, 3>(padding<1>, kernel1) | max_pool<2> | relu | conv2d<4, 3>(padding<1>) |
                   conv2d<6, 3>(padding<1>, kernel1) | relu | global_average_pool | dense<4>>() < 0.05);
  CHECK(difference<input<2, 9, 9> | conv2d<4, 3>(padding<1>, kernel1) | max_pool<3>(stride<1>, padding<1>) | relu |
                   dropout<1, 2> | average_pool<2> | dense<4>>() < 0.05);
  CHECK(difference<input<1, 1, 40> | conv2d<4, 1, 5>(padding<0, 2>, kernel1) | relu | max_pool<1, 2> |
                   conv2d<4, 1, 3>(stride<1, 2>) | relu | dense<3>>() < 0.04);
}

TEST_CASE("integers follow floats: channels, outputs and biases") {
  CHECK(difference<input<1, 8, 8> | conv2d<6, 3>(padding<1>, kernel1) | relu |
                   conv2d<8, 3>(padding<1>, along<axis::channel, segment<3>, linear>, kernel1) | relu | max_pool<2> |
                   dense<5>>() < 0.05);
  CHECK(difference<input<1, 8, 8> | conv2d<4, 3>(padding<1>) | relu | max_pool<2> |
                   dense<24>(kernel1, along<axis::output, order<5>>, bias_along<segment<6>, linear>) | relu |
                   dense<12>(along<axis::channel, order<5>>, along<axis::output, quadratic>) | relu |
                   dense<5>(along<axis::channel, order<4>>)>() < 0.05);
  CHECK(difference<input<2, 8, 8> | conv2d<6, 3>(padding<1>, bias_along<segment<3>, linear>) | relu |
                   conv2d<8, 3>(along<axis::output, segment<4>, linear>, no_bias) | relu | dense<4>(no_bias)>() < 0.05);
  CHECK(difference<input<1, 8, 10> | conv2d<4, 5>(padding<2>, along<axis::flat, segment<5>, linear>) | relu |
                   dense<4>>() < 0.05);
}

TEST_CASE("integers follow floats: blocks of sums at edges, of any number of filters") {
  CHECK(difference<input<3, 13, 15> | conv2d<5, 3>(padding<1>, stride<2>) | relu | max_pool<2> | conv2d<7, 1>(kernel1) |
                   relu | dense<3>>({{0.4f, 0.5f, 0.6f}, {0.2f, 0.25f, 0.3f}}) < 0.05);
  CHECK(difference<input<2, 13, 15> | conv2d<6, 3>(padding<2>, dilation<2>, groups<2>) | relu | max_pool<2> |
                   conv2d<5, 2>(padding<1, 0>, dilation<2, 1>) | relu | max_pool<2> | dense<6>>(
            {{0.4f, 0.5f}, {0.2f, 0.25f}}) < 0.05);
  CHECK(difference<input<2, 9, 11> | conv2d<6, 3>(kernel2) | relu |
                   conv2d<3, 3>(padding<1>, along<axis::channel, segment<3>, linear>) | relu | max_pool<2> |
                   conv2d<5, 3>(padding<1, 0>, groups<1>) | relu | dense<5>>({{0.4f, 0.5f}, {0.2f, 0.25f}}) < 0.05);
}

TEST_CASE("integers follow floats: residual blocks") {
  CHECK(difference<input<3, 8, 8> | conv2d<4, 3>(padding<1>, kernel1) | relu |
                   residual(conv2d<4, 3>(padding<1>, kernel1) | relu | conv2d<4, 3>(padding<1>, kernel1)) | relu |
                   residual(conv2d<6, 3>(padding<1>, stride<2>, kernel1) | relu | conv2d<6, 3>(padding<1>, kernel1),
                            conv2d<6, 1>(stride<2>)) |
                   relu | global_average_pool | dense<4>>({{0.4f, 0.5f, 0.6f}, {0.2f, 0.25f, 0.3f}}) < 0.08);
}

TEST_CASE("moments of 8 bits are a choice of the network's numbers") {
  constexpr auto bytes = in_int8.with_8_bit_moments();
  constexpr auto folded = input<2, 12, 12> | conv2d<4, 5>(padding<2>, kernel2) | leaky_relu<1, 5> | max_pool<2> |
                          conv2d<6, 3>(padding<1>, along<axis::channel, segment<2>, linear>, kernel1) | relu |
                          dense<12>(kernel1, along<axis::output, order<5>>) | relu |
                          dense<5>(along<axis::channel, order<4>>);
  using exact = network<folded, in_int8>::integers;
  using rounded = network<folded, bytes>::integers;
  STATIC_REQUIRE(exact::kernel_moments<0>::of_terms[0].bound == 25 * 255);
  STATIC_REQUIRE(rounded::kernel_moments<0>::of_terms[0].bound <= 255);
  STATIC_REQUIRE(rounded::kernel_moments<0>::of_terms[0].shift == 5);
  STATIC_REQUIRE(rounded::map<rounded::group<1>.value>.bits == 8);
  STATIC_REQUIRE(rounded::map<rounded::group<1>.value>.bound <= 127);
  double const of_exact = difference<folded>({{0.4f, 0.5f}, {0.2f, 0.25f}});
  double const of_rounded = difference<folded, bytes>({{0.4f, 0.5f}, {0.2f, 0.25f}});
  CHECK(of_exact < 0.05);
  CHECK(of_rounded < 0.1);
  CHECK(of_exact != of_rounded);
  CHECK(
      difference<input<1, 8, 8> | conv2d<6, 3>(padding<1>, stride<2>, kernel1) | relu |
                     conv2d<8, 3>(padding<1>, along<axis::channel, segment<3>, linear>) | relu | max_pool<2> | dense<5>,
                 bytes>() < 0.1);
  CHECK(difference<input<2, 8, 9> | conv2d<4, 3>(groups<2>, kernel2) |
                       conv2d<4, 5>(padding<2>, along<axis::flat, segment<5>, linear>) | relu | dense<4>,
                   bytes>({{0.4f, 0.5f}, {0.2f, 0.25f}}) < 0.1);
}

TEST_CASE("pooled sums and pooled codes are one") {
  // 2 x 2 maxima are taken of sums; behind an activation that no product takes in, of codes.
  CHECK(difference<input<1, 9, 11> | conv2d<3, 3>(kernel1) | relu | max_pool<2> | dense<4>>() < 0.04);
  CHECK(difference<input<1, 10, 11> | conv2d<3, 3> | max_pool<2>(ceil_mode) | relu | dense<4>>() < 0.04);
}

TEST_CASE("rolling rows take less memory than whole maps") {
  constexpr auto deep = input<3, 32, 32> | conv2d<8, 3>(padding<1>) | relu | conv2d<8, 3>(padding<1>) | relu |
                        conv2d<8, 3>(padding<1>) | relu | global_average_pool | dense<4>;
  using whole = network<deep, in_int8>;
  using rolling = network<deep, in_int8, rolling_rows>;
  STATIC_REQUIRE(whole::workspace_size >= 2 * 8 * 32 * 32);
  STATIC_REQUIRE(rolling::workspace_size < 4 * 4 * 8 * 32);
}

TEST_CASE("an image that comes row by row gives the same logits") {
  constexpr auto pipeline = input<3, 9, 8> | conv2d<4, 3>(padding<1>, kernel1) | relu |
                            residual(conv2d<4, 3>(padding<1>) | relu | conv2d<4, 3>(padding<1>, kernel1)) | relu |
                            max_pool<2> | dense<4>;
  using rolling_network = network<pipeline, in_int8, rolling_rows>;
  auto const net = random_network<network<pipeline>>(2);
  image_set const images = test::random_images(rolling_network::input_shape, 4);
  dataset const source(images);
  rolling_network integers;
  quantise(*net, calibrate(*net, source), normalisation(), integers);
  rolling_network::workspace<> workspace;
  row_stream stream(integers);
  int steps = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (int y = 0; y < 9; ++y) {
      std::array<std::uint8_t, 24> row;
      for (int c = 0; c < 3; ++c)
        for (int x = 0; x < 8; ++x) row[std::size_t(c * 8 + x)] = images.image(i)[std::size_t((c * 9 + y) * 8 + x)];
      CHECK(stream.push(row.data(), [&] { ++steps; }) == (y == 8));
      // A frame that is cut off leaves nothing behind.
      if (i == 1 && y == 5) {
        stream.restart();
        y = -1;
        i = 2;
      }
    }
    auto const logits = stream.logits();
    auto const again = integers.run(images.image(i).data(), &workspace);
    for (int k = 0; k < 4; ++k) CHECK(logits[k] == again[k]);
  }
  CHECK(steps > 100);
}

// In a constant expression undefined behaviour is an error.
namespace {
constexpr auto tiny = input<1, 6, 6> | conv2d<2, 3>(padding<1>, kernel1) | relu | max_pool<2> | dense<2>;

template <auto Schedule>
constexpr auto run_tiny() {
  using tiny_network = network<tiny, in_int8, Schedule>;
  tiny_network net;
  for (std::size_t i = 0; i < net.codes.size(); ++i) net.codes[i] = static_cast<std::int8_t>(int(i * 37 % 101) - 50);
  for (std::size_t i = 0; i < net.biases.size(); ++i) net.biases[i] = int(i) * 100 - 150;
  for (std::size_t i = 0; i < net.multipliers.size(); ++i) {
    net.multipliers[i] = 20000;
    net.shifts[2 * i] = 3;
    net.shifts[2 * i + 1] = 15;
  }
  net.degree_shifts = {0, 1};
  net.zeros = {7};
  std::array<std::uint8_t, 36> image{};
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i * i * 5 % 256);
  typename tiny_network::template workspace<> workspace;
  auto const logits = net.run(image, workspace);
  return std::array<int, 2>{logits[0], logits[1]};
}
static_assert(run_tiny<whole_maps>() == run_tiny<rolling_rows>());
static_assert(run_tiny<whole_maps>()[0] != run_tiny<whole_maps>()[1]);
}  // namespace

TEST_CASE("integers are the same at compile time") {
  constexpr auto at_compile_time = run_tiny<whole_maps>();
  CHECK(run_tiny<whole_maps>() == at_compile_time);
  CHECK(run_tiny<rolling_rows>() == at_compile_time);
}

namespace {
/// The largest distance from the orthonormal functions, in units of the last bit, and of what a basis makes of moments and values.
template <int Positions, int Functions>
double distance_of_functions() {
  using functions_basis = integer::integer_basis<Positions, cut{true, 0, Functions - 1}, 255>;
  constexpr basis::function_set set = functions_basis::cut.set_of(0);
  auto const exact = basis::orthonormal_functions<Positions, Functions>(basis_kind::polynomial);
  double worst = 0;
  std::array<int, std::size_t(Positions)> numbers;
  for (int i = 0; i < Positions; ++i) numbers[std::size_t(i)] = i * i * 7 % 255;
  std::array<int, std::size_t(Functions)> moments{};
  for (int k = 0; k < Functions; ++k)
    for (int i = 0; i < Positions; ++i) {
      int const value = functions_basis::value(0, k, i);
      worst = std::max(worst, std::abs(value - exact[i][k] * double(1 << functions_basis::fraction)));
      moments[std::size_t(k)] += value * numbers[std::size_t(i)];
    }
  functions_basis::analyse([&](int i) { return numbers[std::size_t(i)]; },
                           [&](int k, int sum) { CHECK(sum == moments[std::size_t(k)]); });
  functions_basis::synthesise([&](int k) { return moments[std::size_t(k)] >> 8; },
                              [&](int i, int sum) {
                                for (int k = 0; k < Functions; ++k)
                                  sum -= functions_basis::value(0, k, i) * (moments[std::size_t(k)] >> 8);
                                CHECK(sum == 0);
                              });
  CHECK(integer::integer_functions<set, functions_basis::fraction>::constant_bytes <= 1024);
  return worst;
}
}  // namespace

TEST_CASE("functions that recur are nearly the orthonormal ones") {
  CHECK(distance_of_functions<84, 8>() <= 0.5);  // of a table
  CHECK(distance_of_functions<120, 10>() < 4);
  CHECK(distance_of_functions<121, 20>() < 8);
  CHECK(distance_of_functions<512, 5>() < 4);
  CHECK(distance_of_functions<4096, 4>() < 4);
}

TEST_CASE("requantisation needs 32 bits") {
  STATIC_REQUIRE(integer::requantisation{16384, 0, 14}(100) == 100);
  STATIC_REQUIRE(integer::requantisation{16384, 0, 15}(101) == 51);  // half up
  STATIC_REQUIRE(integer::requantisation{16384, 0, 15}(-101) == -50);
  STATIC_REQUIRE(integer::requantisation{32767, 15, 30}((1 << 30) - 1) == 1);
  STATIC_REQUIRE(integer::requantisation{20000, 4, 14}(1 << 18) == 20000);
  for (double const factor : {0.7, 0.001, 3.5, 1e-5})
    for (long long const bound : {100LL, 40000LL, 5000000LL, 1000000000LL}) {
      integer::requantisation const r = detail::requantisation_by(factor, bound);
      CHECK((bound >> r.before) <= 32767);
      double const expected = double(bound) * factor;
      if (expected < 30000) CHECK(std::abs(r(int(bound)) - expected) <= 0.51 + expected / 8192);
    }
}
