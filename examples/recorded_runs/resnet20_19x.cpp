#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_19x(experiment& e, std::string const& name) {
  retrain<resnet20_dense, resnet20_19x>(e, name, "recorded::resnet20_19x", colour_options(resnet20_epochs));
}
