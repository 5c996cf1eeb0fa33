#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet18.hpp"
#include "steps.hpp"

void recorded::resnet18_tiny_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(3);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;
  train_dense<resnet18_dense>(e, name, o);
}
