#include "configuration.hpp"

outcome retrain_paper(experiment& e, dense_network const& dense) {
  polyfold::training_options o;
  o.epochs = 12;
  return retrain<polyfold::lenet5_paper>(e, "paper", dense, o);
}
