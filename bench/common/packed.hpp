// The engine of polyfold that is measured, named in one place.
#pragma once

#include <polyfold/packed.hpp>

namespace polyfold::bench {

template <auto Pipeline>
using packed_maps = network<Pipeline, in_floats, polyfold::packed>;

}  // namespace polyfold::bench
