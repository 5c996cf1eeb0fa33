// The network of the consumer's programs.
#pragma once

#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/network.hpp>

using namespace polyfold;

inline constexpr auto digits = input<1, 12, 12> | conv2d<8, 3>(along<axis::kernel, linear>) | dense<10>;

/// All ten outputs are 5, whatever the image: the numbers are zeros but for the last biases.
inline network<digits> const& fives() {
  static network<digits> const net = [] {
    network<digits> zeros{};
    for (int i = 0; i < 10; ++i) *(zeros.parameters.end() - 1 - i) = 5;
    return zeros;
  }();
  return net;
}
