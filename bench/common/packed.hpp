// The engine of polyfold that is measured, named in one place.
#pragma once

#include <polyfold/packed_network.hpp>

namespace polyfold::bench {

template <auto Pipeline>
using packed = packed_network<Pipeline>;

}  // namespace polyfold::bench
