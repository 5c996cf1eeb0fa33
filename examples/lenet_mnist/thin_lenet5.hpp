// A dense LeNet-5 with about as many numbers as lenet5_small.
#pragma once

#include <polyfold/inference.hpp>

inline constexpr auto thin_lenet5 = polyfold::input<1, 28, 28> | polyfold::conv2d<2, 5>(polyfold::padding<2>) |
                                    polyfold::relu | polyfold::max_pool<2> | polyfold::conv2d<5, 5> | polyfold::relu |
                                    polyfold::max_pool<2> | polyfold::dense<5> | polyfold::relu | polyfold::dense<6> |
                                    polyfold::relu | polyfold::dense<10>;
