// Costs that the types state are the operations that inference does: small layers counted by hand, and a scalar that
// counts.

#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/counting.hpp"

using namespace polyfold;
using test::operations_of;

namespace {

/// The operations that a pipeline states and does; both are the same.
template <auto Pipeline>
test::operations stated_and_done() {
  constexpr cost c = network<Pipeline>::total_cost();
  test::operations const done = operations_of<Pipeline>();
  CHECK(done.multiplications == c.multiplications);
  CHECK(done.additions == c.additions);
  return {c.multiplications, c.additions, done.divisions};
}

using ops = test::operations;

}  // namespace

TEST_CASE("operations of layers without approximation") {
  // 3 filters, 2 channels, 3 x 3: 18 products for each of 3 * 2 * 3 outputs, as many additions with the bias.
  CHECK(stated_and_done<input<2, 4, 5> | conv2d<3, 3>>() == ops{324, 324});
  CHECK(stated_and_done<input<2, 4, 5> | conv2d<3, 3>(no_bias)>() == ops{324, 306});
  // Groups: half the channels. Stride 2: 2 x 2 outputs.
  CHECK(stated_and_done<input<4, 5, 5> | conv2d<6, 3>(groups<2>, stride<2>)>() == ops{432, 432});
  CHECK(stated_and_done<input<4, 5, 5> | conv2d<4, 3>(groups<4>)>() == ops{324, 324});
  CHECK(stated_and_done<input<2, 3, 4> | dense<5>>() == ops{120, 120});
  CHECK(stated_and_done<input<2, 3, 4> | dense<5>(no_bias)>() == ops{120, 115});
  CHECK(stated_and_done<input<2, 4, 4> | max_pool<2>>() == ops{});
  CHECK(stated_and_done<input<2, 4, 4> | average_pool<2>>() == ops{8, 24});
  CHECK(stated_and_done<input<2, 4, 5> | global_average_pool>() == ops{2, 38});
  CHECK(stated_and_done<input<2, 4, 4> | relu>() == ops{});
  CHECK(stated_and_done<input<2, 4, 4> | leaky_relu<>>() == ops{32, 0});
  CHECK(stated_and_done<input<2, 4, 4> | tanh_activation>() == ops{});
  CHECK(stated_and_done<input<2, 4, 4> | sigmoid>() == ops{0, 32, 32});
  CHECK(stated_and_done<input<2, 4, 4> | relu6>() == ops{});
  CHECK(stated_and_done<input<2, 4, 4> | elu<>>() == ops{0, 32});
  CHECK(stated_and_done<input<2, 4, 4> | elu<1, 2>>() == ops{32, 32});
  CHECK(stated_and_done<input<2, 4, 4> | hard_sigmoid>() == ops{32, 32});
  CHECK(stated_and_done<input<2, 4, 4> | silu>() == ops{0, 32, 32});
  CHECK(stated_and_done<input<2, 4, 4> | hard_swish>() == ops{64, 32});
  CHECK(stated_and_done<input<2, 4, 4> | gelu>() == ops{96, 32});
  CHECK(stated_and_done<input<2, 4, 4> | gelu_tanh>() == ops{160, 64});
  CHECK(stated_and_done<input<2, 4, 4> | prelu>() == ops{32, 0});
  // Subtract the largest, add up, scale: per pixel 5 + 4 additions, 5 multiplications and one division.
  CHECK(stated_and_done<input<5, 2, 3> | softmax>() == ops{30, 54, 6});
  CHECK(stated_and_done<input<5, 2, 3> | dropout<>>() == ops{});
  CHECK(stated_and_done<input<2, 4, 4> | residual(relu)>() == ops{0, 32});
}

TEST_CASE("operations of batch norm") {
  // One product and one addition for every input; for every channel's scale and shift two of each, among stored
  // numbers, which the counting scalar does not see.
  constexpr cost c = network<input<3, 4, 5> | batch_norm>::total_cost();
  CHECK(c.multiplications == 60 + 6);
  CHECK(c.additions == 60 + 6);
  CHECK(operations_of<input<3, 4, 5> | batch_norm>() == ops{60, 60});
}

TEST_CASE("operations of a scale and a shift per channel") {
  CHECK(stated_and_done<input<3, 4, 5> | scale_shift>() == ops{60, 60});
}

TEST_CASE("operations of flat segments") {
  // One linear segment per kernel row: sums over 3 columns take 2 + 1 additions for each of 2 channels x 5 rows x 4
  // windows; the product has 2 terms x 3 rows x 2 channels for each of 4 filters x 3 x 4 outputs.
  CHECK(stated_and_done<input<2, 5, 6> | conv2d<4, 3>(along<axis::flat, segment<3>, linear>)>() ==
        ops{12 * 48, 3 * 40 + 12 * 48});
  // Segments of 5 and a tail of 3 in 18 weights: 3 (4 + 3) + (2 + 1) additions per window, 8 coefficients.
  CHECK(stated_and_done<input<2, 4, 4> | conv2d<3, 3>(along<axis::flat, segment<5>, linear>)>() ==
        ops{3 * 4 * 8, 4 * 24 + 3 * 4 * 8});
  // Order 3 from half a table, twice: for each of 2 pairs of positions a sum, a difference and 4 products, whose sums take 4
  // additions.
  CHECK(stated_and_done<input<8, 1, 1> | dense<3>(along<axis::flat, segment<4>, order<3>>, no_bias)>() ==
        ops{16 + 24, 16 + 21});
}

TEST_CASE("operations of kernel planes") {
  // Rows: 2 + 1 additions for 6 x 4 windows, columns: 2 + 1 for the sums, 2 for the linear moments, for 4 x 4 windows.
  CHECK(stated_and_done<input<1, 6, 6> | conv2d<2, 3>(along<axis::kernel, linear>)>() ==
        ops{3 * 32, 3 * 24 + 5 * 16 + 3 * 32});
  // Order 0 over 1 x 5: the first sum takes 4 additions, the next three 2 each.
  CHECK(stated_and_done<input<1, 1, 8> | conv2d<2, 1, 5>(along<axis::kernel, constant>)>() == ops{8, 4 + 3 * 2 + 8});
  (void)stated_and_done<input<3, 9, 40> | conv2d<5, 7>(along<axis::kernel, linear>)>();
  (void)stated_and_done<input<2, 30, 9> | conv2d<5, 5, 7>(along<axis::kernel, quadratic>)>();
  (void)stated_and_done<input<2, 9, 9> | conv2d<5, 3, 4>(stride<2>, along<axis::kernel, order<3>>)>();
  (void)stated_and_done<input<2, 9, 9> | conv2d<5, 4>(along<axis::kernel, linear, cosine>)>();
  (void)stated_and_done<input<3, 5, 6> | dense<5>(along<axis::kernel, quadratic>)>();
}

TEST_CASE("operations of channel and output segments") {
  // 5 channels in segments of 3: 2 + 1 additions and 1 + 0 for each of 9 pixels; 4 coefficients at each of 1 x 1.
  CHECK(stated_and_done<input<5, 3, 3> | conv2d<4, 1>(along<axis::channel, segment<3>, linear>)>() ==
        ops{4 * 36, 4 * 9 + 4 * 36});
  // 7 outputs in segments of 4: 4 partial products of 6, expanded by 3 + 2 additions, and 7 biases.
  CHECK(stated_and_done<input<6, 1, 1> | dense<7>(along<axis::output, segment<4>, linear>)>() ==
        ops{24, 4 * 5 + 5 + 7});
  // With biases cut the same way: 4 of them.
  CHECK(stated_and_done<input<6, 1, 1> | dense<7>(along<axis::output, segment<4>, linear>,
                                                  bias_along<segment<4>, linear>)>() == ops{24, 4 * 5 + 5 + 4});
  // Cut otherwise: expanded once, then added to each output.
  CHECK(stated_and_done<input<6, 1, 1> | dense<7>(bias_along<linear>)>() == ops{42, 42 + 6});
  (void)stated_and_done<input<6, 3, 3> | conv2d<8, 2>(groups<2>, along<axis::channel, linear, cosine>,
                                                      along<axis::output, segment<3>, linear>)>();
  (void)stated_and_done<input<6, 4, 4> | dense<30>(along<axis::kernel, linear>, along<axis::output, order<9>>,
                                                   bias_along<segment<8>, linear>)>();
}

TEST_CASE("operations of arranged weights") {
  // 4 levels in 2 linear pieces, 18 inputs, every level in use: 14 additions group the inputs, 2 (1 + 0) fold the groups,
  // 4 products and 3 + 1 additions with the bias, for each of 3 x 4 outputs.
  using net_type = network<input<2, 4, 4> | conv2d<3, 3>(arranged<2, linear, 2>)>;
  net_type net;
  test::random_numbers random(13);
  random.fill(net.parameters);
  net.maps.fill(0b11100100);
  CHECK(net_type::total_cost().multiplications == 12 * 4);
  CHECK(net_type::total_cost().additions == 12 * (14 + 2 + 4));
  CHECK(operations_of(net) == ops{12 * 4, 12 * (14 + 2 + 4)});
  // Fewer inputs than levels: 8 levels expanded once (2 x 3 additions), then products with all 6 inputs.
  CHECK(stated_and_done<input<6, 1, 1> | dense<5>(arranged<2, linear, 3>)>() == ops{30, 6 + 30});
  CHECK(stated_and_done<input<6, 1, 1> | dense<5>(arranged_per_filter<2, linear, 3>)>() == ops{30, 5 * 6 + 30});
}

TEST_CASE("operations of a network are those of its layers") {
  (void)stated_and_done<input<3, 9, 9> | conv2d<6, 3>(along<axis::kernel, linear>) | relu |
                        residual(conv2d<8, 1>(along<axis::channel, linear>) | tanh_activation, conv2d<8, 1>) |
                        average_pool<2> | dense<12>(along<axis::output, segment<5>, linear>) | relu | dense<4>>();
  // Over padding inference does less than is stated: windows are counted whole.
  constexpr auto padded = input<3, 5, 5> | conv2d<4, 3>(padding<1>);
  CHECK(network<padded>::total_cost().multiplications == 100 * 27);
  CHECK(operations_of<padded>().multiplications < 100 * 27);
}
