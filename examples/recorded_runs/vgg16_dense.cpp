#include "colour_images.hpp"
#include "configurations.hpp"
#include "steps.hpp"
#include "vgg16.hpp"

void recorded::vgg16_cifar10_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(vgg16_dense_epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;
  train_dense<vgg16_dense>(e, name, o);
}
