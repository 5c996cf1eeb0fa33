// Layers cut along the flat or the kernel axis compute what the weights that their coefficients stand for compute:
// orders, segment lengths that divide the axis or do not, strides, paddings, groups and both bases.

#include <polyfold/inference.hpp>

#include "support/equivalence.hpp"

using namespace polyfold;
using test::cut_layer_equals_dense;

namespace {
constexpr auto map = input<6, 8, 7>;
constexpr auto plain = conv2d<10, 3>;
constexpr auto padded = conv2d<10, 3>(padding<1>);
constexpr auto strided = conv2d<9, 3, 2>(stride<2>, padding<2>, no_bias);
constexpr auto grouped = conv2d<8, 3>(groups<2>, padding<1>);
constexpr auto depthwise = conv2d<12, 3>(groups<6>, stride<2>);
}  // namespace

TEST_CASE("flat segments of one kernel row") {
  constexpr auto a = axis::flat;
  cut_layer_equals_dense<map, plain, along<a, segment<3>, constant>>();
  cut_layer_equals_dense<map, padded, along<a, segment<3>, linear>>();
  cut_layer_equals_dense<map, strided, along<a, segment<2>, linear>>();
  cut_layer_equals_dense<map, grouped, along<a, segment<3>, quadratic>>();
  cut_layer_equals_dense<map, depthwise, along<a, segment<3>, linear, cosine>>();
}

TEST_CASE("flat segments of other lengths") {
  constexpr auto a = axis::flat;
  cut_layer_equals_dense<map, plain, along<a, segment<9>, linear>>();
  cut_layer_equals_dense<map, padded, along<a, segment<7>, quadratic>>();
  cut_layer_equals_dense<map, strided, along<a, segment<11>, order<4>>>();
  cut_layer_equals_dense<map, grouped, along<a, segment<13>, order<3>>>();
  cut_layer_equals_dense<map, depthwise, along<a, segment<5>, constant>>();
  cut_layer_equals_dense<map, padded, along<a, segment<10>, linear, cosine>>();
  cut_layer_equals_dense<map, dense<7>, along<a, segment<25>, linear>>();
  cut_layer_equals_dense<input<50, 1, 1>, dense<7>, along<a, quadratic>>();
}

TEST_CASE("the kernel plane") {
  constexpr auto a = axis::kernel;
  cut_layer_equals_dense<map, plain, along<a, constant>>();
  cut_layer_equals_dense<map, padded, along<a, linear>>();
  cut_layer_equals_dense<map, strided, along<a, linear>>();
  cut_layer_equals_dense<map, grouped, along<a, quadratic>>();
  cut_layer_equals_dense<map, depthwise, along<a, linear, cosine>>();
  cut_layer_equals_dense<map, conv2d<4, 5, 3>(padding<2>), along<a, order<3>>>();
  cut_layer_equals_dense<map, conv2d<4, 5>(padding<2>), along<a, order<4>, cosine>>();
  // More degrees than the kernel has rows or columns.
  cut_layer_equals_dense<map, conv2d<4, 2, 3>, along<a, order<3>>>();
  cut_layer_equals_dense<map, conv2d<4, 1>, along<a, linear>>();
  cut_layer_equals_dense<map, dense<7>, along<a, order<3>>>();
}
