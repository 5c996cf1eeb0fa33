#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

void train_for(int epochs, experiment& e, std::string const& name) {
  training_options o = colour_options(epochs);
  o.optimizer.learning_rate = 4e-3f;
  train_alone<thin_resnet20>(e, name, "thin", o);
}

}  // namespace

void resnet20_cifar10_thin(experiment& e, std::string const& name) { train_for(2 * resnet20_19x_epochs, e, name); }

void resnet20_cifar10_thin_longer(experiment& e, std::string const& name) {
  train_for(resnet20_19x_longer_epochs, e, name);
}

}  // namespace recorded
