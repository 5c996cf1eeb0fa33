// A network that reads handwritten digits on the smallest microcontrollers: nothing but its description.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

/// The picture at half its size, two convolutions, one dense layer. With `Kernel1` and `Kernel2` for the kernels of the
/// convolutions and `Planes` for those of the dense layer.
template <auto Kernel1, auto Kernel2, auto Planes>
inline constexpr auto made_digit_reader = input<1, 28, 28> | average_pool<2> | conv2d<12, 3>(Kernel1) | batch_norm
                                          | relu | max_pool<2> | conv2d<24, 3>(Kernel2) | batch_norm | relu
                                          | dense<10>(Planes);

/// Kernels are quadratic, then linear.
inline constexpr auto digit_reader =
    made_digit_reader<along<axis::kernel, quadratic>, along<axis::kernel, linear>, along<axis::kernel, quadratic>>;
/// The same shape without approximations.
inline constexpr auto dense_digit_reader = made_digit_reader<exact, exact, exact>;

}  // namespace recorded
