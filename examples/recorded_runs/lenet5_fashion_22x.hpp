// The folded LeNet-5 of the recorded runs on Fashion-MNIST that examples/device runs, too: nothing but its description.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

/// 21.8 times fewer numbers.
inline constexpr auto lenet5_fashion_22x = make_lenet5(
    relu,
    per_layer(exact, along<axis::kernel, quadratic>,
              all_of(along<axis::kernel, quadratic>, along<axis::output, order<18>>, bias_along<segment<24>, linear>),
              all_of(along<axis::channel, order<11>>, along<axis::output, order<9>>, bias_along<segment<21>, linear>),
              along<axis::channel, order<9>>));
static_assert(parameter_ratio(network<lenet5_fashion_22x>::total_cost()) >= 21.8);
static_assert(byte_ratio(network<lenet5_fashion_22x, in_bytes>::total_cost()) >= 85);

}  // namespace recorded
