// Layers cut along several axes, with cut biases, with arranged weights, and whole networks compute what the weights
// that their coefficients stand for compute.

#include <polyfold/inference.hpp>

#include "support/equivalence.hpp"

using namespace polyfold;
using test::cut_layer_equals_dense;
using test::folded_equals_dense;

namespace {
constexpr auto map = input<6, 8, 7>;
constexpr auto padded = conv2d<10, 3>(padding<1>);
constexpr auto grouped = conv2d<8, 3>(groups<2>, stride<2>, padding<1>);
}  // namespace

TEST_CASE("products of axes") {
  cut_layer_equals_dense<map, padded, along<axis::kernel, linear>, along<axis::channel, segment<4>, linear>>();
  cut_layer_equals_dense<map, padded, along<axis::kernel, quadratic>, along<axis::output, segment<3>, linear>>();
  cut_layer_equals_dense<map, grouped, along<axis::channel, linear>, along<axis::output, segment<3>, linear>>();
  cut_layer_equals_dense<map, grouped, along<axis::kernel, linear>, along<axis::channel, segment<2>, constant>,
                         along<axis::output, linear>>();
  cut_layer_equals_dense<map, padded, along<axis::flat, segment<3>, linear>, along<axis::output, segment<4>, linear>>();
  cut_layer_equals_dense<map, grouped, along<axis::flat, segment<8>, linear, cosine>,
                         along<axis::output, segment<3>, linear>>();
  cut_layer_equals_dense<map, dense<30>, along<axis::kernel, linear, cosine>, along<axis::channel, quadratic>,
                         along<axis::output, segment<13>, order<4>, cosine>>();
}

TEST_CASE("biases cut along the outputs") {
  cut_layer_equals_dense<map, padded, bias_along<segment<4>, linear>>();
  cut_layer_equals_dense<map, grouped, along<axis::output, linear>, bias_along<segment<3>, linear>>();
  cut_layer_equals_dense<map, grouped, along<axis::output, linear>, bias_along<linear>>();
  // Cut like the outputs: the biases of the partial products.
  cut_layer_equals_dense<map, padded, along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>>();
  cut_layer_equals_dense<map, dense<25>, along<axis::kernel, linear>, bias_along<segment<9>, order<3>>>();
  cut_layer_equals_dense<map, dense<25>, along<axis::flat, segment<16>, constant>, bias_along<order<5>, cosine>>();
}

TEST_CASE("arranged weights") {
  cut_layer_equals_dense<map, padded, arranged<4, linear, 4>>();
  cut_layer_equals_dense<map, padded, arranged_per_filter<2, quadratic, 3>>();
  cut_layer_equals_dense<map, grouped, arranged<1, constant, 1>>();
  cut_layer_equals_dense<map, grouped, arranged_per_filter<3, linear, 5>, bias_along<linear>>();
  cut_layer_equals_dense<input<7, 1, 1>, dense<9>, arranged<4, constant, 8>>();
  cut_layer_equals_dense<input<7, 1, 1>, dense<9>, arranged_per_filter<2, linear, 3>>();
  cut_layer_equals_dense<map, dense<30>, arranged<4, linear, 6>>();
}

TEST_CASE("whole networks") {
  folded_equals_dense<map | conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | relu |
                          residual(conv2d<8, 3>(padding<1>, along<axis::channel, segment<4>, linear>) |
                                       tanh_activation | conv2d<10, 1>(along<axis::output, segment<5>, linear>),
                                   conv2d<10, 1>(along<axis::channel, segment<4>, linear>)) |
                          max_pool<2> | dense<12>(along<axis::kernel, linear>, along<axis::output, linear>) | sigmoid |
                          dense<4>,
                      map | conv2d<8, 3>(padding<1>) | relu |
                          residual(conv2d<8, 3>(padding<1>) | tanh_activation | conv2d<10, 1>, conv2d<10, 1>) |
                          max_pool<2> | dense<12> | sigmoid | dense<4>>();
}
