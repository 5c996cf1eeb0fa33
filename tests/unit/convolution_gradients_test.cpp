// Backward of convolutions and dense layers without approximation, against central differences.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"

using namespace polyfold;
using test::check_gradients;

TEST_CASE("gradients of convolutions") {
  SECTION("strides and padding") {
    check_gradients<input<2, 6, 7> | conv2d<3, 3>>();
    check_gradients<input<2, 6, 7> | conv2d<3, 3>(padding<1>)>();
    check_gradients<input<2, 6, 7> | conv2d<3, 3>(stride<2>)>();
    check_gradients<input<2, 7, 6> | conv2d<3, 3>(stride<3>, padding<2>)>();
  }
  SECTION("padding as wide as the kernel") { check_gradients<input<2, 4, 3> | conv2d<2, 2>(padding<2>)>(); }
  SECTION("a kernel that is not square, and one number") {
    check_gradients<input<2, 6, 7> | conv2d<3, 2, 4>(padding<1>)>();
    check_gradients<input<3, 4, 5> | conv2d<2, 1>(no_bias)>();
  }
  SECTION("groups") {
    check_gradients<input<4, 5, 5> | conv2d<6, 3>(groups<2>)>();
    check_gradients<input<3, 5, 5> | conv2d<6, 3>(groups<3>, padding<1>, stride<2>)>();
  }
  SECTION("a kernel as large as its input") {
    check_gradients<input<4, 3, 5> | conv2d<6, 3, 5>(groups<2>)>();
    check_gradients<input<4, 3, 3> | conv2d<6, 3>(stride<2>, no_bias)>();
  }
}

TEST_CASE("gradients of dense layers") {
  check_gradients<input<3, 4, 5> | dense<7>>();
  check_gradients<input<11, 1, 1> | dense<5>(no_bias)>();
}
