#include <polyfold/models/lenet5.hpp>

#include "tune.hpp"

void tune_lenet5(settings const& s) {
  tune<polyfold::lenet5>(s, {"polyfold/models/lenet5.hpp", "make_lenet5(relu, RULE)"});
}
