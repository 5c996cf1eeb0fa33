// Backward of layers whose windows differ between rows and columns or between the ends of a map, or have gaps, against central
// differences.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"

using namespace polyfold;
using test::check_gradients;
using test::inputs;

TEST_CASE("gradients of uneven and dilated convolutions") {
  check_gradients<input<2, 6, 5> | conv2d<3, 3>(padding<0, 1, 2, 0>)>();
  check_gradients<input<2, 7, 6> | conv2d<3, 3, 2>(stride<2, 3>, padding<1, 2>)>();
  check_gradients<input<2, 7, 6> | conv2d<3, 3>(padding<2, 1>, dilation<2>)>();
  check_gradients<input<4, 6, 7> | conv2d<4, 2, 3>(groups<2>, padding<0, 3, 2, 1>, stride<1, 2>, dilation<3, 2>)>();
  check_gradients<input<2, 6, 6> | conv2d<3, 3>(same_padding, stride<2>) | tanh_activation |
                      conv2d<2, 3>(same_padding, dilation<2>),
                  float>();
}

TEST_CASE("gradients of uneven and dilated windows, cut") {
  check_gradients<input<2, 6, 6> | conv2d<3, 3>(same_padding, stride<2>, along<axis::kernel, linear>)>();
  check_gradients<input<2, 7, 6> | conv2d<3, 3>(padding<2, 0, 1, 0>, dilation<2, 1>, along<axis::kernel, linear>)>();
  check_gradients<input<2, 7, 6> |
                  conv2d<3, 3>(padding<1, 2>, dilation<1, 2>, along<axis::flat, segment<3>, linear>)>();
  check_gradients<input<2, 6, 5> | conv2d<3, 2, 3>(same_padding, dilation<2>, along<axis::flat, segment<4>, linear>)>();
  check_gradients<input<4, 6, 5> | conv2d<3, 3>(same_padding, dilation<2>, arranged<2, linear, 3>)>();
}

TEST_CASE("gradients of poolings with windows of any form") {
  check_gradients<input<2, 5, 7> | max_pool<2>(ceil_mode)>(inputs::spaced);
  check_gradients<input<2, 6, 5> | max_pool<3, 2>(same_padding, stride<2, 1>)>(inputs::spaced);
  check_gradients<input<2, 6, 5> | max_pool<2>(dilation<2>, stride<1>)>(inputs::spaced);
  check_gradients<input<2, 5, 7> | average_pool<2>(ceil_mode)>();
  check_gradients<input<2, 5, 7> | average_pool<3, 2>(same_padding, exclude_padding)>();
}
