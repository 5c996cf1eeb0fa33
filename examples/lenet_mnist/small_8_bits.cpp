// The small configuration in bytes: its trained network, retrained for some more epochs on rounded numbers.
#include "configuration.hpp"

outcome retrain_small_8_bits(experiment& e) {
  auto net = std::make_unique<polyfold::network<polyfold::lenet5_small>>();
  polyfold::load_network(e.chosen.output / "small.safetensors", *net);
  polyfold::training_options o;
  o.epochs = 8;
  o.optimizer.learning_rate = 3e-4f;  // the network is trained: only the rounding is new to it
  return retrain_in_bytes<polyfold::lenet5_small>(e, "small_8_bits", "polyfold::lenet5_small", *net, o);
}
