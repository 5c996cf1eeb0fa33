// The Row Stationary comparison: the published figure, hand-counted layers, and the lists of layers.

#include <polyfold/models/lenet5.hpp>
#include <polyfold/network.hpp>
#include <polyfold/report/row_stationary.hpp>

#include <vector>

#include "catch.hpp"

using namespace polyfold;

namespace {

/// Stored weights of a list, biases excluded.
long long weights(std::span<kernel_bank const> layers) {
  long long sum = 0;
  for (kernel_bank const& k : layers)
    sum += 1LL * k.filters * k.channels_per_filter() * k.kernel_height * k.kernel_width;
  return sum;
}

}  // namespace

TEST_CASE("the first layer of LeNet-5 saves the published 54 percent", "[row_stationary]") {
  constexpr kernel_bank conv1 = lenet5_convolutions[0];
  STATIC_REQUIRE(reports::row_stationary_filter(conv1) == operator_count{25, 24});
  STATIC_REQUIRE(reports::linear_rows_filter(conv1) == operator_count{10, 9});
  STATIC_REQUIRE(reports::running_sums(conv1) == operator_count{0, 20});
  constexpr operator_comparison c = compare_with_row_stationary(conv1);
  STATIC_REQUIRE(c.row_stationary.total() == 6 * 49);
  STATIC_REQUIRE(c.linear_rows.total() == 6 * 19 + 20);
  STATIC_REQUIRE(c.linear_rows == operator_count{60, 74});
  CHECK(c.saved() == Approx(0.5442).margin(5e-5));
}

TEST_CASE("layers counted by hand", "[row_stationary]") {
  // 16 filters of 6 x 5 x 5: 150 + 149 each; 60 + 59 each and 6 * 5 * 4 shared.
  constexpr auto lenet_conv2 = compare_with_row_stationary(lenet5_convolutions[1]);
  STATIC_REQUIRE(lenet_conv2.row_stationary.total() == 4784);
  STATIC_REQUIRE(lenet_conv2.linear_rows.total() == 2024);
  // 96 of 3 x 11 x 11.
  constexpr auto alexnet_conv1 = compare_with_row_stationary(alexnet_convolutions[0]);
  STATIC_REQUIRE(alexnet_conv1.row_stationary.total() == 96 * 725);
  STATIC_REQUIRE(alexnet_conv1.linear_rows.total() == 96 * 131 + 132);
  // 256 of 48 x 5 x 5 in two groups: each group sums its own 48 of the 96 channels.
  constexpr auto alexnet_conv2 = compare_with_row_stationary(alexnet_convolutions[1]);
  STATIC_REQUIRE(alexnet_conv2.row_stationary.total() == 256 * 2399);
  STATIC_REQUIRE(alexnet_conv2.linear_rows.total() == 256 * 959 + 1920);
  // 64 of 3 x 3 x 3.
  constexpr auto vgg_first = compare_with_row_stationary(vgg16_convolutions[0]);
  STATIC_REQUIRE(vgg_first.row_stationary.total() == 64 * 53);
  STATIC_REQUIRE(vgg_first.linear_rows.total() == 64 * 35 + 36);
}

TEST_CASE("rows too short for a line cost more, and say so", "[row_stationary]") {
  constexpr auto pointwise = compare_with_row_stationary(kernel_bank{"1x1", 8, 4, 1, 1});
  STATIC_REQUIRE(pointwise.row_stationary.total() == 8 * 7);
  STATIC_REQUIRE(pointwise.linear_rows.total() == 8 * 15 + 16);
  CHECK(pointwise.saved() < -1);
  constexpr auto rows_of_two = compare_with_row_stationary(kernel_bank{"2x2", 1, 1, 2, 2});
  STATIC_REQUIRE(rows_of_two.linear_rows.total() == rows_of_two.row_stationary.total() + 8);
  CHECK(operator_comparison{}.saved() == 0);
}

TEST_CASE("a network's comparison is the sum of its layers", "[row_stationary]") {
  constexpr auto lenet = compare_with_row_stationary(lenet5_convolutions);
  STATIC_REQUIRE(lenet.row_stationary.total() == 294 + 4784);
  STATIC_REQUIRE(lenet.linear_rows.total() == 134 + 2024);
  CHECK(lenet.saved() == Approx(0.5750).margin(5e-5));
  CHECK(compare_with_row_stationary(alexnet_convolutions).saved() == Approx(0.3727).margin(5e-5));
  CHECK(compare_with_row_stationary(vgg16_convolutions).saved() == Approx(0.3319).margin(5e-5));
  CHECK(compare_with_row_stationary(std::span<kernel_bank const>{}) == operator_comparison{});
}

TEST_CASE("the lists hold the published networks", "[row_stationary]") {
  // Weights of the convolutions alone, biases excluded.
  CHECK(weights(lenet5_convolutions) == 150 + 2400);
  CHECK(weights(alexnet_convolutions) == 2332704);
  CHECK(weights(vgg16_convolutions) == 14710464);
}

TEST_CASE("the list of LeNet-5 is the library's own LeNet-5", "[row_stationary]") {
  using net = network<lenet5>;
  std::vector<kernel_bank> found;
  auto const visit = [&]<int I>(std::integral_constant<int, I>) {
    using layer_type = net::layer_at<I>;
    if constexpr (weighted_layer<layer_type>) {
      constexpr layer_types::convolution_spec s = layer_type::spec;
      if (s.slides)
        found.push_back({layer_type::name, s.filters, net::layer_input_shape<I>().channels, s.slid.y.size,
                         s.slid.x.size, s.groups});
    }
  };
  [&]<int... I>(std::integer_sequence<int, I...>) { (visit(std::integral_constant<int, I>{}), ...); }
  (std::make_integer_sequence<int, net::layers>{});
  REQUIRE(found.size() == lenet5_convolutions.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(compare_with_row_stationary(found[i]) == compare_with_row_stationary(lenet5_convolutions[i]));
}
