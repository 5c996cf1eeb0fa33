// A network with an operation of every kind that packed networks run, with a kernel of its own or as portable code.
#pragma once

#include <polyfold/inference.hpp>

namespace test {
using namespace polyfold;

constexpr auto every_operation =
    input<3, 48, 72> | conv2d<6, 3>(stride<3>, along<axis::kernel, linear>) |
    conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | batch_norm | relu | max_pool<2> |
    residual(conv2d<8, 3>(padding<1>, along<axis::channel, segment<4>, linear>) | leaky_relu<> |
             conv2d<8, 3>(padding<1>, along<axis::flat, segment<3>, linear>, bias_along<segment<4>, linear>)) |
    residual(conv2d<12, 3>(stride<2>, padding<1>, along<axis::output, linear>), padded_identity<12, 2>) | relu |
    local_response_norm<> | scale_shift | conv2d<12, 3>(groups<12>, padding<1>) | tanh_activation |
    conv2d<6, 3>(padding<1>, arranged_per_filter<2, constant, 2>) | max_pool<3>(stride<2>, padding<1>) |
    average_pool<2> | softmax | dense<40>(along<axis::output, segment<8>, linear>) | sigmoid |
    dense<10>(arranged<2, linear, 3>) | gelu |
    dense<9>(along<axis::channel, segment<5>, linear>, along<axis::output, order<2>, cosine>) | dropout<>;

}  // namespace test
