#include <polyfold/packed_network.hpp>

#include "digits.hpp"

int main() {
  static packed_network<digits> const fast(fives());
  static packed_network<digits>::workspace room;
  return fast.run(tensor<float, packed_network<digits>::input_shape>{}, room)(9, 0, 0) == 5 ? 0 : 1;
}
