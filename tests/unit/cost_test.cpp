// What networks store and compute, as numbers; and moments that layers share are computed and counted once.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/counting.hpp"

using namespace polyfold;
using test::operations_of;

TEST_CASE("costs add up and give three ratios") {
  constexpr cost a{
      .weights = 100, .dense_parameters = 110, .coefficients = 10, .stored_parameters = 20, .map_bytes = 8};
  constexpr cost b{
      .weights = 50, .dense_parameters = 50, .coefficients = 15, .stored_parameters = 15, .table_bytes = 40};
  constexpr cost both = a + b;
  static_assert(both.stored_bytes() == 4 * 35 + 8);
  static_assert(both.flash_bytes() == 4 * 35 + 8 + 40);
  static_assert(coefficient_ratio(both) == 6);
  static_assert(parameter_ratio(both) == 160.0 / 35);
  static_assert(byte_ratio(both) == 640.0 / 148);
}

TEST_CASE("LeNet-5 in numbers") {
  using dense_net = network<lenet5>;
  constexpr cost c = dense_net::total_cost();
  static_assert(c.stored_parameters == 61706 && c.dense_parameters == 61706 && c.weights == 61470);
  static_assert(c.multiplications == 416520 && c.dense_multiplications == 416520);
  static_assert(sizeof(dense_net) <= 4 * 61706 + 4);
  static_assert(dense_net::approximated_cost() == cost{});
  static_assert(dense_net::layer_cost<0>().multiplications == 117600);
  static_assert(dense_net::layer_cost<3>().multiplications == 240000);
  static_assert(dense_net::layer_cost<6>().multiplications == 48000);
  SUCCEED();
}

TEST_CASE("LeNet-5 under approximation, in numbers") {
  constexpr cost small = network<lenet5_small>::total_cost();
  static_assert(small.stored_parameters == 1014 && small.dense_parameters == 61706 && small.map_bytes == 0);
  static_assert(sizeof(network<lenet5_small>) <= 4 * 1014 + 4);
  static_assert(network<lenet5_small>::parameter_count(0) == 6 * 6 + 6);
  static_assert(network<lenet5_small>::parameter_count(3) == 16 * 6 * 3 + 16);
  static_assert(network<lenet5_small>::parameter_count(6) == 10 * 16 * 3 + 5 * 2);
  static_assert(network<lenet5_small>::parameter_count(8) == 8 * 10 + 4 * 2);
  static_assert(network<lenet5_small>::parameter_count(10) == 10 * 8 + 10);

  constexpr cost paper = network<lenet5_paper>::total_cost();
  static_assert(paper.coefficients == 6 * 10 + 16 * 60 + 120 * 32 + 84 * 10 + 10 * 8);
  static_assert(paper.stored_parameters == paper.coefficients + 236);

  constexpr cost arranged_net = network<lenet5_arranged>::total_cost();
  static_assert(arranged_net.coefficients == 50 && arranged_net.stored_parameters == 286);
  static_assert(arranged_net.map_bytes == 94 + 1500 + 30000 + 6300 + 525);
  static_assert(coefficient_ratio(network<lenet5_arranged>::approximated_cost()) > 1211.3);

  // Over all of LeNet-5 only the padding of the first layer lets inference do less than is stated.
  test::operations const done = operations_of<lenet5_small>();
  CHECK(done.multiplications <= small.multiplications);
  CHECK(done.multiplications > small.multiplications * 9 / 10);
  CHECK(done.additions <= small.additions);
  CHECK(operations_of<lenet5>().multiplications < 416520);
}

TEST_CASE("one linear segment per kernel row halves the operators of a window") {
  // LeNet-5's six first filters over one 5 x 5 window: 6 * 49 operators against 6 * 19 + 20.
  constexpr cost c =
      network<input<1, 5, 5> | conv2d<6, 5>(along<axis::flat, segment<5>, linear>, no_bias)>::total_cost();
  static_assert(c.dense_multiplications + c.dense_additions == 294);
  // Two running sums over 5 numbers: 4 + 3 additions for each of 5 rows.
  static_assert(c.multiplications == 60 && c.additions == 6 * 9 + 5 * 7);
  SUCCEED();
}

namespace {

template <auto Pipeline>
constexpr int executed_steps = [] {
  int count = 0;
  for (auto const& f : network<Pipeline>::program_type::facts) count += f.executed;
  return count;
}();

constexpr auto channel_cut = along<axis::channel, segment<4>, linear>;
constexpr auto map = input<8, 6, 6>;

}  // namespace

TEST_CASE("a residual block's branches share their moments") {
  constexpr auto alike = map | residual(conv2d<5, 3>(padding<1>, channel_cut), conv2d<5, 1>(channel_cut));
  constexpr auto body = map | conv2d<5, 3>(padding<1>, channel_cut);
  constexpr auto shortcut = map | conv2d<5, 1>(channel_cut);
  constexpr auto unlike =
      map | residual(conv2d<5, 3>(padding<1>, channel_cut), conv2d<5, 1>(along<axis::channel, segment<2>, constant>));
  // Moments, two products and the sum; cut differently the shortcut needs moments of its own.
  static_assert(executed_steps<alike> == 4);
  static_assert(executed_steps<unlike> == 5);

  // 2 segments of 4: 3 + 2 additions each for 36 pixels. The sum of the branches adds 5 x 36 numbers.
  constexpr long long moments = 2 * 5 * 36;
  constexpr long long sum = 5 * 36;
  static_assert(network<alike>::total_cost().additions ==
                network<body>::total_cost().additions + network<shortcut>::total_cost().additions - moments + sum);
  static_assert(network<alike>::layer_cost<1>().additions == network<shortcut>::total_cost().additions - moments);
  CHECK(operations_of<alike>().additions ==
        operations_of<body>().additions + operations_of<shortcut>().additions - moments + sum);
  CHECK(operations_of<alike>().multiplications ==
        operations_of<body>().multiplications + operations_of<shortcut>().multiplications);
}

TEST_CASE("moments are shared as far as they are alike") {
  // The channel moments are the same, the moments down the columns have other orders.
  constexpr auto p = map | residual(conv2d<5, 3>(padding<1>, channel_cut, along<axis::kernel, linear>),
                                    conv2d<5, 3>(padding<1>, channel_cut, along<axis::kernel, quadratic>));
  static_assert(executed_steps<p> == 1 + 3 + 3 + 1);
  // Three consumers of one input.
  constexpr auto three = map | residual(conv2d<8, 3>(padding<1>, channel_cut),
                                        residual(conv2d<8, 1>(channel_cut), conv2d<8, 1>(channel_cut)));
  static_assert(executed_steps<three> == 1 + 3 + 2);
  // Layers in a row read different inputs: nothing is shared.
  constexpr auto row = map | conv2d<8, 1>(channel_cut) | conv2d<8, 1>(channel_cut);
  static_assert(executed_steps<row> == 4);
  SUCCEED();
}
