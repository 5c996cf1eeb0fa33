#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_arranged(experiment& e, std::string const& name) {
  training_options o = colour_options(8);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;  // the network is trained: only the rounding is new to it
  retrain_arranged_in_bytes<resnet20_dense, resnet20_arranged, resnet20_arranged_scales>(
      e, name, "recorded::resnet20_arranged", o);
}
