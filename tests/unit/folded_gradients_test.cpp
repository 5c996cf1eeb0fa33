// Backward of layers that are cut along one axis, in folded form, against central differences.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"

using namespace polyfold;
using test::check_gradients;

TEST_CASE("gradients along the flat axis") {
  SECTION("segments of a kernel row") {
    check_gradients<input<2, 6, 7> | conv2d<4, 3>(padding<1>, along<axis::flat, segment<3>, linear>)>();
    check_gradients<input<4, 6, 7> | conv2d<4, 2, 3>(stride<2>, groups<2>, along<axis::flat, segment<3>, quadratic>)>();
  }
  SECTION("segments of other lengths") {
    check_gradients<input<2, 5, 5> | conv2d<3, 3>(padding<1>, stride<2>, along<axis::flat, segment<5>, linear>)>();
    check_gradients<input<2, 4, 5> | dense<6>(along<axis::flat, segment<7>, order<3>>)>();
    check_gradients<input<12, 1, 1> | dense<3>(along<axis::flat, constant>, no_bias)>();
  }
}

TEST_CASE("gradients along the kernel axis") {
  check_gradients<input<2, 6, 6> | conv2d<4, 3>(along<axis::kernel, constant>)>();
  check_gradients<input<2, 6, 7> | conv2d<4, 3>(padding<1>, stride<2>, along<axis::kernel, linear>)>();
  check_gradients<input<4, 6, 6> | conv2d<4, 5, 3>(padding<2>, groups<2>, along<axis::kernel, quadratic>)>();
  check_gradients<input<2, 4, 5> | dense<6>(along<axis::kernel, order<3>>)>();
}

TEST_CASE("gradients along the channel axis") {
  check_gradients<input<5, 4, 4> | conv2d<3, 3>(along<axis::channel, segment<3>, linear>)>();
  check_gradients<input<8, 4, 4> | conv2d<4, 3>(groups<2>, padding<1>, along<axis::channel, quadratic>)>();
  check_gradients<input<9, 2, 2> | dense<4>(along<axis::channel, order<3>>)>();
}

TEST_CASE("gradients along the output axis") {
  check_gradients<input<3, 4, 4> | conv2d<5, 3>(along<axis::output, segment<3>, linear>)>();
  check_gradients<input<4, 4, 4> | conv2d<8, 3>(groups<2>, padding<1>, along<axis::output, quadratic>)>();
  check_gradients<input<6, 1, 1> | dense<11>(along<axis::output, segment<6>, order<3>>, no_bias)>();
}
