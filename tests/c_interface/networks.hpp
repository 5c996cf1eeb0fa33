// The networks whose C interfaces a program in C uses.
#pragma once

#include <polyfold/integers.hpp>

namespace my {
using namespace polyfold;
inline constexpr auto integers =
    input<2, 6, 5> | conv2d<4, 3>(along<axis::kernel, linear>) | relu | max_pool<2> | dense<3>;
inline constexpr auto floats = input<1, 4, 4> | conv2d<2, 3> | tanh_activation | dense<5>;
}  // namespace my
