#include "configuration.hpp"

int small_epochs(settings const& s) { return s.epochs > 0 ? s.epochs : 80; }

outcome retrain_small(experiment& e, dense_network const& dense) {
  polyfold::training_options o;
  o.epochs = small_epochs(e.chosen);
  return retrain<polyfold::lenet5_small>(e, "small", dense, o);
}
