#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_5x(experiment& e, std::string const& name) {
  retrain<resnet20_dense, resnet20_5x>(e, name, "recorded::resnet20_5x", colour_options(resnet20_epochs));
}
