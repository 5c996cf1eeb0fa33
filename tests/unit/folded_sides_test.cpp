// Layers cut along channels or outputs compute what the weights that their coefficients stand for compute:
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

TEST_CASE("channels") {
  constexpr auto a = axis::channel;
  cut_layer_equals_dense<map, plain, along<a, constant>>();
  cut_layer_equals_dense<map, padded, along<a, segment<4>, linear>>();
  cut_layer_equals_dense<map, strided, along<a, segment<5>, quadratic>>();
  cut_layer_equals_dense<map, grouped, along<a, segment<2>, constant>>();
  cut_layer_equals_dense<map, depthwise, along<a, constant>>();
  cut_layer_equals_dense<map, plain, along<a, segment<5>, order<3>, cosine>>();
  cut_layer_equals_dense<input<31, 2, 1>, dense<5>, along<a, segment<11>, order<5>>>();
}

TEST_CASE("outputs") {
  constexpr auto a = axis::output;
  cut_layer_equals_dense<map, plain, along<a, constant>>();
  cut_layer_equals_dense<map, padded, along<a, segment<4>, linear>>();
  cut_layer_equals_dense<map, strided, along<a, segment<7>, quadratic>>();
  cut_layer_equals_dense<map, grouped, along<a, segment<3>, linear>>();
  cut_layer_equals_dense<map, depthwise, along<a, constant>>();
  cut_layer_equals_dense<map, plain, along<a, segment<6>, order<3>, cosine>>();
  cut_layer_equals_dense<input<6, 1, 1>, dense<120>, along<a, order<9>>>();
}
