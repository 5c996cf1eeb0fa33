#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_19x(experiment& e, std::string const& name) {
  training_options o = colour_options(resnet20_19x_epochs);
  o.optimizer.learning_rate = 4e-3f;
  o.distil.weight = 0.7f;
  retrain<resnet20_dense, resnet20_19x>(e, name, {"recorded::resnet20_19x", "resnet20.hpp"}, o);
}
