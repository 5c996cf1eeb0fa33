// What a layer is: an empty type that describes. A schedule executes what it describes.
//
// Every layer has these static members:
//   name                          the field's term for it
//   needs(in)                     what it requires of the shape that it reads and of its options (see joint.hpp)
//   output(in)                    the shape that it writes
//   operations<In>                the list of steps that compute it (see fold/operation.hpp)
//   parts<In>                     an array of what it stores, in order (see stored_part.hpp)
// and, as a constant, takes options in a call: conv2d<16, 5>(stride<2>, padding<1>).
#pragma once

#include <array>
#include <type_traits>

#include <polyfold/core/joint.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fold/step.hpp>
#include <polyfold/layers/stored_part.hpp>

namespace polyfold::layer_types {

/// A layer that takes no options, given some.
template <class... Options>
struct layer_with_wrong_options;

}  // namespace polyfold::layer_types

namespace polyfold {

/// Defaults of the members above.
struct layer {
  [[nodiscard]] static constexpr requirement needs(shape) { return {}; }
  template <shape In>
  static constexpr std::array<stored_part, 0> parts{};
  template <class... Options>
  consteval layer_types::layer_with_wrong_options<Options...> operator()(Options const&...) const {
    return {};
  }
};

template <class L>
concept any_layer = std::is_base_of_v<layer, L>;

}  // namespace polyfold

namespace polyfold::layer_types {

template <class... Options>
struct layer_with_wrong_options : layer {
  [[nodiscard]] static constexpr requirement needs(shape) { return unmet(need::no_options); }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
};

}  // namespace polyfold::layer_types

namespace polyfold {

/// Layers with weights that can be approximated: their `spec` says how, their `folded<In>` what follows from it.
template <class L>
concept weighted_layer = any_layer<L> && requires {
  L::spec;
};

}  // namespace polyfold
