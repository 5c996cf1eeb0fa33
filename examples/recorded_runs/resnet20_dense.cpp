#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(40);
  o.optimizer.learning_rate = 4e-3f;
  train_dense<resnet20_dense>(e, name, o);
}
