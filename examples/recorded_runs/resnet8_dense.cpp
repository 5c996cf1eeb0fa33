#include <polyfold/layers/softmax.hpp>

#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet8.hpp"
#include "steps.hpp"

void recorded::resnet8_cifar10_dense(experiment& e, std::string const& name) {
  training_options o = colour_options(80);
  o.optimizer.learning_rate = 4e-3f;
  train_dense<resnet8<>, resnet8<> | softmax>(e, name, o);
}
