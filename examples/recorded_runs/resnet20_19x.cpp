#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

void retrain_for(int epochs, experiment& e, std::string const& name) {
  training_options o = colour_options(epochs);
  o.optimizer.learning_rate = 4e-3f;
  retrain<resnet20_dense, resnet20_19x>(e, name, {"recorded::resnet20_19x", "resnet20.hpp"}, taught(o));
}

}  // namespace

void resnet20_cifar10_19x(experiment& e, std::string const& name) { retrain_for(resnet20_19x_epochs, e, name); }

void resnet20_cifar10_19x_longer(experiment& e, std::string const& name) {
  retrain_for(resnet20_19x_longer_epochs, e, name);
}

}  // namespace recorded
