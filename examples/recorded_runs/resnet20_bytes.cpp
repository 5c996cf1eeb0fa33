#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_bytes(experiment& e, std::string const& name) {
  training_options o = colour_options(2);
  o.optimizer.learning_rate = 1e-4f;  // the network is trained and without batch norm: only the rounding is new to it
  retrain_in_bytes<resnet20_dense, resnet20_19x>(e, name, {"recorded::resnet20_19x", "resnet20.hpp"}, taught(o));
}
