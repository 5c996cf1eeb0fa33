// Networks that read handwritten digits on the smallest microcontrollers: nothing but their descriptions.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

/// The picture at half its size, two convolutions, one dense layer. With `Kernel1` and `Kernel2` for the kernels of the
/// convolutions and `Planes` for those of the dense layer.
template <int Filters, auto Kernel1, auto Kernel2, auto Planes>
inline constexpr auto made_digit_reader = input<1, 28, 28> | average_pool<2> | conv2d<Filters, 3>(Kernel1) | batch_norm
                                          | relu | max_pool<2> | conv2d<24, 3>(Kernel2) | batch_norm | relu
                                          | dense<10>(Planes);

/// The same shape without approximations.
inline constexpr auto dense_digit_reader = made_digit_reader<12, exact, exact, exact>;
/// Kernels are quadratic, then linear.
template <int Filters>
inline constexpr auto folded_digit_reader =
    made_digit_reader<Filters, along<axis::kernel, quadratic>, along<axis::kernel, linear>,
                      along<axis::kernel, quadratic>>;
inline constexpr auto digit_reader = folded_digit_reader<12>;
inline constexpr auto wide_digit_reader = folded_digit_reader<16>;

}  // namespace recorded
