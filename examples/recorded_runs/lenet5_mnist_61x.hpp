// The folded LeNet-5 of the recorded runs on MNIST that examples/device runs, too: nothing but its description.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

/// 61 times fewer numbers, biases included.
inline constexpr auto lenet5_mnist_61x = make_lenet5(
    relu,
    per_layer(along<axis::kernel, quadratic>, along<axis::kernel, linear>,
              all_of(along<axis::kernel, linear>, along<axis::output, order<9>>, bias_along<segment<30>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<28>, linear>),
              along<axis::channel, order<7>>));
static_assert(parameter_ratio(network<lenet5_mnist_61x>::total_cost()) >= 61);
static_assert(byte_ratio(network<lenet5_mnist_61x, in_bytes>::total_cost()) >= 240);

}  // namespace recorded
