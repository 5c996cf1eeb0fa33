// Backward of layers that are cut along several axes, with other bases, with cut biases, and with arranged weights,
// against central differences.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"

using namespace polyfold;
using test::check_gradients;

TEST_CASE("gradients along products of axes") {
  check_gradients<input<5, 5, 5> |
                  conv2d<6, 3>(padding<1>, along<axis::kernel, linear>, along<axis::channel, segment<3>, linear>)>();
  check_gradients<input<4, 3, 4> | dense<7>(along<axis::kernel, linear>, along<axis::channel, linear>,
                                            along<axis::output, segment<3>, linear>)>();
  check_gradients<input<4, 5, 5> | conv2d<8, 3>(groups<2>, along<axis::flat, segment<4>, linear>,
                                                along<axis::output, segment<2>, constant>)>();
}

TEST_CASE("gradients of biases along the output axis") {
  check_gradients<input<4, 3, 3> | dense<9>(bias_along<segment<4>, linear>)>();
  check_gradients<input<4, 4, 4> | conv2d<8, 3>(groups<2>, along<axis::output, linear>, bias_along<quadratic>)>();
  // Cut like the outputs: added to the partial products.
  check_gradients<input<7, 1, 1> | dense<9>(along<axis::output, segment<4>, linear>, bias_along<segment<4>, linear>)>();
}

TEST_CASE("gradients in the cosine basis") {
  check_gradients<input<3, 5, 5> | conv2d<4, 3>(along<axis::kernel, linear, cosine>, bias_along<linear, cosine>)>();
  check_gradients<input<8, 2, 2> | dense<9>(along<axis::channel, segment<5>, quadratic, cosine>,
                                            along<axis::output, order<4>, cosine>)>();
  check_gradients<input<2, 4, 4> | conv2d<3, 3>(padding<1>, along<axis::flat, segment<6>, linear, cosine>)>();
}

TEST_CASE("gradients of arranged weights") {
  // More inputs than levels: inputs that meet equal weights are added first. Fewer: levels are expanded first.
  check_gradients<input<4, 5, 5> | conv2d<3, 3>(padding<1>, stride<2>, arranged<3, linear, 4>)>();
  check_gradients<input<4, 5, 5> | conv2d<4, 3>(groups<2>, arranged_per_filter<2, quadratic, 3>)>();
  check_gradients<input<3, 2, 2> | dense<5>(arranged<4, constant, 4>, bias_along<linear>)>();
  check_gradients<input<3, 2, 2> | dense<5>(arranged_per_filter<3, linear, 5>, no_bias)>();
}

TEST_CASE("gradients through a chain of folded layers") {
  check_gradients<input<3, 7, 7> | conv2d<6, 3>(padding<1>, along<axis::kernel, linear>) | tanh_activation |
                  residual(conv2d<6, 3>(padding<1>, along<axis::channel, segment<3>, linear>) | batch_norm | sigmoid,
                           conv2d<6, 1>(along<axis::channel, segment<3>, linear>)) |
                  average_pool<2> | dense<5>(along<axis::output, linear>)>();
}

TEST_CASE("gradients of one image at a time, folded") {
  check_gradients<input<4, 5, 5> | conv2d<6, 3>(padding<1>, along<axis::kernel, linear>) | tanh_activation |
                      dense<7>(along<axis::channel, segment<4>, linear>, along<axis::output, linear>) |
                      tanh_activation | dense<3>(arranged<2, linear, 3>),
                  float>();
}
