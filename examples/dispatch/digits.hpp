// The network of this example.
#pragma once

#include <polyfold/inference.hpp>

constexpr auto digits = polyfold::lenet5_small;
