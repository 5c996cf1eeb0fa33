#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_2_bits(experiment& e, std::string const& name) {
  training_options o = colour_options(4);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;  // a level moves a great many weights at once
  retrain<resnet20_dense, resnet20_2_bits>(e, name, "recorded::resnet20_2_bits", o);
}
