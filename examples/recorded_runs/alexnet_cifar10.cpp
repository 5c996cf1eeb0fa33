#include "alexnet.hpp"
#include "colour_images.hpp"
#include "steps.hpp"
#include "studies.hpp"

namespace recorded {

void alexnet_cifar10_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(6);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;
  train_dense<alexnet_dense<alexnet_cifar10>>(e, name, o);
}

void alexnet_cifar10_folded(experiment& e, std::string const& name) {
  training_options o = colour_options(6);
  o.optimizer.learning_rate = 2e-3f;
  retrain<alexnet_dense<alexnet_cifar10>, alexnet_folded<alexnet_cifar10>>(
      e, name, "recorded::alexnet_folded<recorded::alexnet_cifar10>", o);
}

}  // namespace recorded
