// The folded LeNet-5s of the recorded runs, with the ratios that they are made for, and how the dense one is trained.
#pragma once

#include <polyfold/inference.hpp>
#include <polyfold/train/trainer.hpp>

#include "lenet5_fashion_22x.hpp"
#include "lenet5_mnist_61x.hpp"

namespace recorded {

using namespace polyfold;

[[nodiscard]] inline training_options dense_lenet5_options() {
  training_options o;
  o.epochs = 12;
  o.shift = 1;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-3f;
  return o;
}

// MNIST

/// As many numbers as lenet5_mnist_61x, with kernels of conv2 that bend, but differ less from channel to channel.
inline constexpr auto lenet5_mnist_61x_bent = make_lenet5(
    relu,
    per_layer(along<axis::kernel, quadratic>, all_of(along<axis::channel, order<3>>, along<axis::kernel, quadratic>),
              all_of(along<axis::kernel, linear>, along<axis::output, order<7>>, bias_along<segment<30>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<28>, linear>),
              along<axis::channel, order<7>>));
static_assert(parameter_ratio(network<lenet5_mnist_61x_bent>::total_cost()) >= 61);
static_assert(byte_ratio(network<lenet5_mnist_61x_bent, in_bytes>::total_cost()) >= 240);

/// As many numbers, dense: fewer filters and channels.
inline constexpr auto thin_lenet5_mnist = input<1, 28, 28> | conv2d<2, 5>(padding<2>) | relu | max_pool<2> |
                                          conv2d<5, 5> | relu | max_pool<2> | dense<5> | relu | dense<6> | relu |
                                          dense<10>;
static_assert(network<thin_lenet5_mnist>::total_cost().stored_parameters >=
              network<lenet5_mnist_61x>::total_cost().stored_parameters);

inline constexpr int lenet5_mnist_epochs = 160;

/// The network is trained: only the rounding is new to it.
[[nodiscard]] inline training_options lenet5_mnist_options_in_bytes() {
  training_options o{.epochs = 16};
  o.optimizer.learning_rate = 3e-4f;
  return o;
}

/// The smallest that lost less than 0.9 points of validation images: the first dense layer's channels are cut as well.
inline constexpr auto lenet5_mnist_75x = make_lenet5(
    relu,
    per_layer(along<axis::kernel, quadratic>, all_of(along<axis::channel, order<3>>, along<axis::kernel, quadratic>),
              all_of(along<axis::channel, segment<4>, linear>, along<axis::kernel, linear>,
                     along<axis::output, order<7>>, bias_along<segment<40>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<42>, linear>),
              along<axis::channel, order<7>>));
static_assert(parameter_ratio(network<lenet5_mnist_75x>::total_cost()) >= 75);
static_assert(byte_ratio(network<lenet5_mnist_75x, in_bytes>::total_cost()) >= 295);

// Fashion-MNIST

/// As many numbers, dense.
inline constexpr auto thin_lenet5_fashion = input<1, 28, 28> | conv2d<3, 5>(padding<2>) | relu | max_pool<2> |
                                            conv2d<6, 5> | relu | max_pool<2> | dense<12> | relu | dense<21> | relu |
                                            dense<10>;
static_assert(network<thin_lenet5_fashion>::total_cost().stored_parameters >=
              network<lenet5_fashion_22x>::total_cost().stored_parameters);

inline constexpr int lenet5_fashion_22x_epochs = 120;

}  // namespace recorded
