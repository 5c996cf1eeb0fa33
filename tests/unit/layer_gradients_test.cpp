// Backward of the layers without weights, of batch norm and of residual blocks, against central differences.

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"

using namespace polyfold;
using test::check_gradients;
using test::inputs;

TEST_CASE("gradients of activations") {
  check_gradients<input<2, 3, 4> | relu | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | leaky_relu<1, 5> | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | tanh_activation | dense<3>>();
  check_gradients<input<2, 3, 4> | sigmoid | dense<3>>();
  // After a layer they work in place.
  check_gradients<input<2, 3, 4> | dense<5> | tanh_activation | dense<3> | sigmoid>();
  check_gradients<input<2, 3, 4> | bounded_relu<2> | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | elu<1, 2> | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | dense<5> | elu<> | dense<3>>();
}

TEST_CASE("gradients of activations that read their input") {
  check_gradients<input<2, 3, 4> | silu | dense<3>>();
  check_gradients<input<2, 3, 4> | gelu | dense<3>>();
  check_gradients<input<2, 3, 4> | gelu_tanh | dense<3>>();
  // Behind layers whose backward reads what they have written, and before layers that work in place.
  check_gradients<input<2, 3, 4> | dense<5> | silu | gelu | tanh_activation | gelu_tanh | dense<3> | silu>();
  check_gradients<input<3, 4, 4> | conv2d<3, 1> | residual(silu | conv2d<3, 1>) | dense<3>, float>();
}

TEST_CASE("gradients of hard sigmoid and hard swish") {
  check_gradients<input<2, 3, 4> | hard_sigmoid | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | hard_swish | dense<3>>(inputs::spaced);
}

TEST_CASE("gradients of prelu") {
  check_gradients<input<2, 3, 4> | prelu | dense<3>>(inputs::spaced);
  check_gradients<input<2, 3, 4> | prelu, float>(inputs::spaced);
  check_gradients<input<3, 4, 4> | residual(prelu) | prelu>(inputs::spaced);
}

TEST_CASE("gradients of softmax") {
  check_gradients<input<5, 2, 3> | softmax>();
  check_gradients<input<2, 3, 4> | dense<5> | softmax | dense<2>>();
}

TEST_CASE("gradients of pooling") {
  check_gradients<input<2, 6, 6> | max_pool<2> | dense<2>>(inputs::spaced);
  check_gradients<input<2, 5, 7> | max_pool<3>(stride<2>, padding<1>)>(inputs::spaced);
  check_gradients<input<2, 6, 5> | average_pool<2> | dense<2>>();
  check_gradients<input<2, 5, 7> | average_pool<3>(stride<2>, padding<1>)>();
  check_gradients<input<3, 4, 5> | global_average_pool | dense<2>>();
}

TEST_CASE("gradients of batch norm with the statistics of the batch") {
  check_gradients<input<3, 3, 4> | batch_norm>();
  check_gradients<input<2, 5, 5> | conv2d<4, 3> | batch_norm | tanh_activation | dense<3>>();
}

TEST_CASE("gradients of a scale and a shift per channel") {
  check_gradients<input<3, 3, 4> | scale_shift>();
  check_gradients<input<2, 5, 5> | conv2d<4, 3> | scale_shift | tanh_activation | dense<3>>();
  // Its input is read twice.
  check_gradients<input<3, 4, 4> | conv2d<3, 1> | residual(scale_shift | conv2d<3, 1>) | dense<3>>();
  check_gradients<input<3, 4, 4> | residual(conv2d<3, 1> | scale_shift) | tanh_activation | dense<2>, float>();
}

TEST_CASE("gradients of residual blocks") {
  check_gradients<input<3, 4, 4> | residual(conv2d<3, 3>(padding<1>) | tanh_activation)>();
  check_gradients<input<3, 5, 5> | residual(conv2d<4, 3>(padding<1>, stride<2>), conv2d<4, 1>(stride<2>))>();
  check_gradients<input<2, 4, 4> | residual(tanh_activation | residual(conv2d<2, 1> | sigmoid) | batch_norm) | sigmoid |
                  dense<2>>();
}

TEST_CASE("gradients of padded identities") {
  check_gradients<input<3, 5, 4> | padded_identity<6, 2>>();
  check_gradients<input<2, 4, 4> | conv2d<3, 1> | padded_identity<5, 3, 0> | dense<3>>();
  check_gradients<input<2, 5, 5> | residual(conv2d<4, 3>(padding<1>, stride<2>), padded_identity<4, 2>)>();
}

TEST_CASE("gradients of local response norm") {
  check_gradients<input<6, 2, 3> | local_response_norm<3, 1, 1, 2>>();
  check_gradients<input<4, 3, 3> | conv2d<7, 1> | local_response_norm<5, 2, 1, 3> | dense<3>>();
}

TEST_CASE("gradients of dropout go where its forward went") {
  check_gradients<input<2, 4, 5> | dropout<1, 3> | dense<3>>();
  check_gradients<input<2, 4, 5> | dense<12> | dropout<1, 2> | tanh_activation | dropout<1, 4>>();
}

TEST_CASE("gradients of one image at a time") {
  check_gradients<input<2, 6, 7> | conv2d<4, 3>(groups<2>, padding<1>) | batch_norm | tanh_activation |
                      residual(conv2d<4, 1>) | average_pool<2> | dense<5> | sigmoid,
                  float>();
  check_gradients<input<2, 6, 6> | max_pool<2> | dense<3>, float>(inputs::spaced);
}
