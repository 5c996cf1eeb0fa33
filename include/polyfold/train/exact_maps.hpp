// What a tape does to the maps that a forward pass makes: nothing. fit/rounded_maps.hpp rounds them.
#pragma once

namespace polyfold::training {

struct exact_maps {
  /// Whether value V of a network's program is rounded. Where it is, the tape keeps it for the backward pass.
  template <int V>
  static constexpr bool rounds = false;
};

}  // namespace polyfold::training
