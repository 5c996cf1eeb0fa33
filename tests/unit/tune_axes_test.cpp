// The tuner's counts and projections of single layers, against those of the types.

#include <polyfold/inference.hpp>

#include "support/tuned_layers.hpp"

using namespace polyfold;

namespace {
constexpr auto map = input<6, 9, 7>;
}

TEST_CASE("an exact layer counts as its type says") {
  test::check_layer<map, conv2d<5, 3>>();
  test::check_layer<map, conv2d<5, 3>(no_bias, stride<2>, padding<1>)>();
  test::check_layer<map, conv2d<4, 2, 3>(groups<2>)>();
  test::check_layer<map, dense<7>>();
}

TEST_CASE("layers cut along one axis, in segments that do not divide it") {
  test::check_layer<map, conv2d<7, 3>(padding<1>), along<axis::kernel, constant>>();
  test::check_layer<map, conv2d<7, 3>(stride<2>), along<axis::kernel, linear>>();
  test::check_layer<map, conv2d<4, 5, 3>, along<axis::kernel, order<3>>>();
  test::check_layer<map, conv2d<4, 2, 5>(padding<2>), along<axis::kernel, order<4>>>();
  test::check_layer<map, conv2d<7, 3>, along<axis::kernel, linear, cosine>>();
  test::check_layer<input<2, 40, 40>, conv2d<3, 9>, along<axis::kernel, linear>>();  // running sums that start afresh
  test::check_layer<input<2, 40, 40>, conv2d<3, 9>, along<axis::kernel, quadratic>>();
  test::check_layer<map, conv2d<7, 3>, along<axis::flat, segment<3>, linear>>();  // rows
  test::check_layer<map, conv2d<7, 3>, along<axis::flat, segment<8>, quadratic>>();
  test::check_layer<map, conv2d<7, 3>(no_bias), along<axis::flat, order<4>>>();
  test::check_layer<map, conv2d<7, 3>, along<axis::channel, segment<4>, linear>>();
  test::check_layer<map, conv2d<7, 3>, along<axis::channel, order<5>>>();  // as many as the axis has positions
  test::check_layer<map, conv2d<7, 3>, along<axis::output, segment<5>, order<3>>>();
  test::check_layer<map, dense<50>, along<axis::flat, segment<100>, quadratic>>();  // too long for running sums
  test::check_layer<map, dense<50>, along<axis::output, segment<16>, order<3>, cosine>>();
  test::check_layer<map, dense<50>, along<axis::kernel, quadratic>>();
  test::check_layer<input<150, 1, 1>, dense<40>, along<axis::channel, order<20>>>();
  test::check_layer<input<150, 1, 1>, dense<40>, along<axis::channel, segment<60>, linear>>();
}
