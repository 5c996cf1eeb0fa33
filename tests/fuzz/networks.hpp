// The networks into which files are read.
#pragma once

#include <polyfold/inference.hpp>

namespace fuzz {

inline constexpr auto pipeline =
    polyfold::input<2, 3, 4> | polyfold::conv2d<3, 2> | polyfold::batch_norm | polyfold::relu | polyfold::dense<5>;
using small_network = polyfold::network<pipeline>;

/// With approximations and an index map, in bytes.
using small_network_in_bytes =
    polyfold::network<polyfold::input<2, 3, 4> |
                          polyfold::conv2d<3, 2>(polyfold::along<polyfold::axis::kernel, polyfold::linear>) |
                          polyfold::relu | polyfold::dense<5>(polyfold::arranged<2, polyfold::linear, 3>),
                      polyfold::in_bytes>;

}  // namespace fuzz
