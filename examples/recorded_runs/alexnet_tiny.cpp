#include "alexnet.hpp"
#include "colour_images.hpp"
#include "steps.hpp"
#include "studies.hpp"

namespace recorded {

void alexnet_tiny_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(12);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;
  train_dense<alexnet_dense<alexnet_tiny>>(e, name, o);
}

void alexnet_tiny_folded(experiment& e, std::string const& name) {
  training_options o = colour_options(12);
  o.optimizer.learning_rate = 2e-3f;
  retrain<alexnet_dense<alexnet_tiny>, alexnet_folded<alexnet_tiny>>(
      e, name, "recorded::alexnet_folded<recorded::alexnet_tiny>", o);
}

}  // namespace recorded
