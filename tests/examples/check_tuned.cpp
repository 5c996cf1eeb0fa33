// check_tuned EXACT: the type that tune has printed compiles (its header checks its counts), and the weights that tune
// has left in EXACT, fitted to the type, come back as they were.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <polyfold/fit/fit.hpp>
#include <polyfold/io/network_file.hpp>

#include "tuned.hpp"

int main(int, char** argv) {
  using exact_type = polyfold::network<polyfold::lenet5>;
  auto exact = std::make_unique<exact_type>();
  polyfold::load_network(argv[1], *exact);
  auto folded = std::make_unique<polyfold::network<tuned>>();
  auto back = std::make_unique<exact_type>();
  polyfold::fit(*exact, *folded);
  polyfold::fit(*folded, *back);
  float largest = 0;
  float difference = 0;
  for (std::size_t i = 0; i < exact->parameters.size(); ++i) {
    largest = std::max(largest, std::abs(exact->parameters[i]));
    difference = std::max(difference, std::abs(exact->parameters[i] - back->parameters[i]));
  }
  std::cout << "largest weight " << largest << ", largest difference " << difference << '\n';
  return difference < 1e-4f * largest ? EXIT_SUCCESS : EXIT_FAILURE;
}
