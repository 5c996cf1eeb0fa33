// Networks of bytes: they compute to the last bit what the float network computes on the decoded numbers, and their scales,
// bytes and memory are counted.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr auto by_layer = byte_numbers{scales_per::layer};
constexpr auto by_degree = byte_numbers{scales_per::degree};
constexpr auto by_filter = byte_numbers{scales_per::filter};

/// A quantised network with codes, scales and maps at random; its scales lie near 0.01.
template <class Quantised>
std::unique_ptr<Quantised> random_quantised(std::uint64_t seed) {
  auto net = std::make_unique<Quantised>();
  test::random_numbers random(seed);
  for (auto& code : net->codes) code = static_cast<std::int8_t>(random.below(255) - 127);
  for (auto& scale : net->scales) scale = static_cast<std::uint8_t>(8 * 17 + random.below(16));
  for (auto& number : net->exact) number = 0.1f + std::abs(random.normal());  // variances cannot be negative
  for (auto& byte : net->maps) byte = static_cast<std::uint8_t>(random.bits());
  return net;
}

/// Runs the same images through a quantised network and the float network of its numbers.
template <auto Pipeline, byte_numbers Rule, class T>
void same_to_the_last_bit() {
  using quantised = network<Pipeline, Rule>;
  using float_network = network<Pipeline>;
  auto const net = random_quantised<quantised>(7);
  auto const decoded = std::make_unique<float_network>();
  dequantise(*net, *decoded);
  auto const image = std::make_unique<tensor<T, quantised::input_shape>>();
  auto const workspace = std::make_unique<typename quantised::template workspace<T>>();
  auto const float_workspace = std::make_unique<typename float_network::template workspace<T>>();
  test::random_numbers random(8);
  float largest = 0;
  for (int run = 0; run < 2; ++run) {
    for (T& pixel : image->values)
      for (int lane = 0; lane < lane_count<T>; ++lane) test::set_lane(pixel, lane, random.normal());
    auto const found = net->run(*image, *workspace);
    auto const expected = decoded->run(*image, *float_workspace);
    CHECK(std::memcmp(found.data(), expected.data(), sizeof(T) * std::size_t(expected.size())) == 0);
    for (T const& logit : expected) largest = std::max(largest, std::abs(test::lane_of(logit, 0)));
  }
  CHECK(largest > 0.001f);
}

template <auto Pipeline>
void same_for_all_rules() {
  same_to_the_last_bit<Pipeline, by_layer, float>();
  same_to_the_last_bit<Pipeline, by_degree, float>();
  same_to_the_last_bit<Pipeline, by_filter, float>();
  same_to_the_last_bit<Pipeline, by_degree, lanes<float, 16>>();
}

constexpr auto map = input<4, 9, 7>;

/// Coefficients of the constant functions alone, at 1, give weights that are all 1; those of all other groups vanish where
/// every segment starts.
template <auto Layer>
void groups_are_degrees(int expected, std::initializer_list<int> starts) {
  constexpr auto pipeline = map | Layer;
  using quantised = network<pipeline, by_degree>;
  constexpr int coefficients = int(quantised::template layer_cost<0>().coefficients);
  constexpr bool biased = coefficients < network<pipeline>::parameter_count(0);
  CHECK(quantised::first_scale(1) == expected + biased);
  network<pipeline> constants;
  network<pipeline> others;
  std::vector<int> members(std::size_t(quantised::first_scale(1)));
  for (int i = 0; i < network<pipeline>::parameter_count(0); ++i) {
    int const group = quantised::template scale_group<0>(i);
    ++members[std::size_t(group)];
    (group == 0 ? constants : others).parameters[std::size_t(i)] = 1;
  }
  for (int const count : members) CHECK(count > 0);
  for (float const w : detail::dense_weights<0>(constants)) CHECK(w == 1);
  std::vector<float> const weights = detail::dense_weights<0>(others);
  for (int const start : starts) CHECK(weights[std::size_t(start)] == 0);
  CHECK((expected == 1 || std::count(weights.begin(), weights.end(), 0.0f) < int(weights.size())));
}

}  // namespace

TEST_CASE("scales are powers of two in eight steps") {
  STATIC_REQUIRE(core::scale_of(0) == 0x1p-24f);
  STATIC_REQUIRE(core::scale_of(1) == 1.125f * 0x1p-24f);
  STATIC_REQUIRE(core::scale_of(8 * 24) == 1);
  STATIC_REQUIRE(core::scale_of(255) == 240);
  for (int b = 1; b < 256; ++b) {
    float const ratio = core::scale_of(static_cast<std::uint8_t>(b)) / core::scale_of(static_cast<std::uint8_t>(b - 1));
    CHECK((ratio > 1.06f && ratio <= 1.125f));
  }
}

TEST_CASE("a network of bytes computes what the float network does on its numbers: convolutions") {
  same_for_all_rules<map | conv2d<6, 3>(padding<1>, along<axis::kernel, quadratic>) | relu | max_pool<2> |
                     conv2d<5, 2>(along<axis::channel, segment<3>, linear>, along<axis::kernel, linear>) |
                     leaky_relu<> | dense<3>>();
  same_for_all_rules<map | conv2d<6, 3>(stride<2>, along<axis::flat, segment<3>, linear>, bias_along<linear>) |
                     tanh_activation | conv2d<8, 3>(padding<1>, groups<2>, no_bias) |
                     conv2d<4, 2>(along<axis::flat, segment<5>, linear>) | average_pool<2>>();
}

TEST_CASE("a network of bytes computes what the float network does on its numbers: outputs, arranged, batch norm") {
  same_for_all_rules<map | conv2d<7, 3>(along<axis::output, segment<3>, linear>, bias_along<segment<3>, linear>) |
                     batch_norm | sigmoid | dense<9>(along<axis::output, order<3>>, along<axis::kernel, linear>) |
                     relu | dense<4>(along<axis::output, linear>) | softmax>();
  same_for_all_rules<map | conv2d<6, 3>(arranged<2, linear, 3>) | batch_norm | relu |
                     conv2d<5, 3>(arranged_per_filter<2, quadratic, 4>, bias_along<linear>) | dense<4>>();
  same_for_all_rules<map | conv2d<7, 3>(no_bias, along<axis::output, linear>) | scale_shift | relu |
                     residual(scale_shift) | dense<4>>();
}

TEST_CASE("a network of bytes computes what the float network does on its numbers: branches that share moments") {
  constexpr auto cut = along<axis::channel, segment<2>, linear>;
  same_for_all_rules<map |
                     residual(conv2d<6, 3>(padding<1>, cut) | relu | conv2d<6, 3>(padding<1>, cut), conv2d<6, 1>(cut)) |
                     relu | global_average_pool | dense<4>>();
}

TEST_CASE("scales follow the degrees of the coefficients") {
  groups_are_degrees<conv2d<3, 3>>(1, {});
  groups_are_degrees<conv2d<3, 5>(along<axis::kernel, quadratic>)>(3, {0, 25, 275});
  // Total degrees of a 2 x 2 kernel end at 2; those of a 1 x 4 window at its order.
  groups_are_degrees<conv2d<3, 2>(no_bias, along<axis::kernel, quadratic>)>(3, {0, 4});
  groups_are_degrees<conv2d<3, 3>(along<axis::flat, segment<3>, linear>)>(2, {0, 3, 105});
  groups_are_degrees<conv2d<3, 3>(along<axis::flat, segment<5>, quadratic>)>(3, {0, 5, 35, 36});
  groups_are_degrees<conv2d<3, 3>(along<axis::channel, segment<3>, linear>)>(2, {0, 27});
  groups_are_degrees<conv2d<8, 3>(along<axis::output, segment<3>, linear>)>(2, {0, 3 * 36, 6 * 36});
  groups_are_degrees<conv2d<8, 3>(groups<2>, along<axis::output, linear>, along<axis::kernel, linear>)>(4, {0, 4 * 18});
  groups_are_degrees<dense<12>(along<axis::channel, linear>, along<axis::kernel, linear>,
                               along<axis::output, segment<5>, linear>)>(8, {0, 5 * 252});
  // Functions that need tables are all of one size.
  constexpr auto tables = map | conv2d<8, 3>(along<axis::channel, order<3>>, along<axis::output, linear, cosine>);
  STATIC_REQUIRE(network<tables, in_bytes>::first_scale(1) == 2);
}

TEST_CASE("scales per filter and per layer") {
  constexpr auto layers = map | conv2d<6, 3>(along<axis::kernel, linear>) |
                          conv2d<4, 3>(along<axis::output, linear>, bias_along<constant>) |
                          conv2d<3, 3>(arranged_per_filter<2, linear, 3>);
  using filters = network<layers, by_filter>;
  STATIC_REQUIRE(filters::first_scale(1) == 7);
  STATIC_REQUIRE(filters::first_scale(2) == 7 + 3);
  STATIC_REQUIRE(filters::first_scale(3) == 7 + 3 + 4);
  CHECK(filters::scale_group<0>(11) == 0);
  CHECK(filters::scale_group<0>(12) == 1);
  CHECK(filters::scale_group<0>(6 * 12) == 6);
  CHECK(filters::scale_group<2>(4) == 1);
  using whole = network<layers, by_layer>;
  STATIC_REQUIRE(whole::first_scale(3) == 6);
  CHECK(whole::scale_group<0>(71) == 0);
  CHECK(whole::scale_group<0>(72) == 1);
}

TEST_CASE("everything that a network of bytes stores is counted") {
  using small = network<lenet5_small, in_bytes>;
  constexpr cost c = small::total_cost();
  constexpr cost as_floats = network<lenet5_small>::total_cost();
  // Degrees: 3 of a quadratic and 2 of linear kernels; the orders 9 and 7 have tables. One more for each layer's biases.
  STATIC_REQUIRE(c.scale_bytes == (3 + 2 + 2 + 1 + 1) + 5);
  STATIC_REQUIRE(c.stored_parameters == 1014);
  STATIC_REQUIRE(c.byte_parameters == 1014);
  STATIC_REQUIRE(c.stored_bytes() == 1028);
  STATIC_REQUIRE(c.flash_bytes() == 1028 + as_floats.table_bytes);
  STATIC_REQUIRE(byte_ratio(c) > 240);
  STATIC_REQUIRE(parameter_ratio(c) == parameter_ratio(as_floats));
  STATIC_REQUIRE(coefficient_ratio(small::approximated_cost()) ==
                 coefficient_ratio(network<lenet5_small>::approximated_cost()));
  STATIC_REQUIRE(c.multiplications == as_floats.multiplications + 1014);
  STATIC_REQUIRE(c.additions == as_floats.additions);
  STATIC_REQUIRE(sizeof(small) <= 1028 + 4);
  STATIC_REQUIRE(network<lenet5_small, by_layer>::total_cost().stored_bytes() == 1014 + 10);

  // Index maps stay as they are; batch norm keeps float32.
  using arranged_net = network<lenet5_arranged, in_bytes>;
  STATIC_REQUIRE(arranged_net::total_cost().stored_bytes() == 286 + 5 * 3 + 38419);
  constexpr auto normal = map | conv2d<6, 3> | batch_norm | relu | dense<2>;
  STATIC_REQUIRE(network<normal, in_bytes>::total_cost().stored_bytes() ==
                 6 * 36 + 6 + 2 + 4 * 24 + 2 * 6 * 7 * 5 + 2 + 2);
  // What is left of it takes bytes, and a scale for each of its two vectors.
  STATIC_REQUIRE(network<map | scale_shift, in_bytes>::total_cost().stored_bytes() == 8 + 2);
}

TEST_CASE("numbers are decoded some filters at a time, where no map is") {
  // Five biases and a filter of five weights behind five outputs; then three and five behind five inputs and three outputs.
  constexpr auto layers = input<1, 5, 1> | dense<5> | dense<3>;
  STATIC_REQUIRE(network<layers>::workspace_size == 5 + 3);
  STATIC_REQUIRE(network<layers, in_bytes>::workspace_size == 5 + 3 + 3 + 5);
  STATIC_REQUIRE(network<layers, in_bytes>::workspace_bytes() == 4 * 16);
  // Where maps leave room, nothing is added.
  STATIC_REQUIRE(network<map | conv2d<9, 1> | max_pool<3> | dense<7>, in_bytes>::workspace_size ==
                 network<map | conv2d<9, 1> | max_pool<3> | dense<7>>::workspace_size);
  // Not while the second convolution runs: four filters of it, and the biases.
  STATIC_REQUIRE(network<lenet5, in_bytes>::workspace_size == network<lenet5>::workspace_size + 4 * 150 + 16);
  // Blocks that divide the filters of a group, or do not.
  same_to_the_last_bit<map | conv2d<9, 3>(padding<1>) | max_pool<3> | dense<7>, by_degree, float>();
  same_to_the_last_bit<map | conv2d<14, 3>(groups<2>) | max_pool<2> | dense<13> | dense<5>, by_filter, float>();
  same_to_the_last_bit<map | conv2d<14, 3>(groups<2>) | max_pool<2> | dense<13> | dense<5>, by_layer,
                       lanes<float, 16>>();
  same_to_the_last_bit<lenet5, by_degree, float>();
}
