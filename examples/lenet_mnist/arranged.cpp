#include "configuration.hpp"

outcome retrain_arranged(experiment& e, dense_network const& dense) {
  polyfold::training_options o;
  o.epochs = 3;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;  // a coefficient moves a great many weights at once
  return retrain<polyfold::lenet5_arranged>(e, "arranged", dense, o);
}
