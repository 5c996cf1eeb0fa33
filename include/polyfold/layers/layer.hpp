// What a layer is: an empty type that describes. A schedule executes what it describes.
//
// Every layer has these static members:
//   name                          the field's term for it
//   needs(in)                     what it requires of the shape that it reads (see joint.hpp)
//   output(in)                    the shape that it writes
//   operations<In>                the list of steps that compute it (see fold/operation.hpp)
// and, as a constant, takes options in a call: conv2d<16, 5>(stride<2>, padding<1>).
#pragma once

#include <type_traits>

#include <polyfold/core/joint.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fold/step.hpp>

namespace polyfold {

/// Defaults of the members above.
struct layer {
  [[nodiscard]] static constexpr requirement needs(shape) { return {}; }
};

template <class L>
concept any_layer = std::is_base_of_v<layer, L>;

/// Layers with weights that can be approximated: their `spec` says how, their `folded<In>` what follows from it.
template <class L>
concept weighted_layer = any_layer<L> && requires {
  L::spec;
};

}  // namespace polyfold
