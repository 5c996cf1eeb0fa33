#include "colour_images.hpp"
#include "configurations.hpp"
#include "steps.hpp"
#include "vgg16.hpp"

void recorded::vgg16_cifar10_700x(experiment& e, std::string const& name) {
  training_options o = colour_options(vgg16_700x_epochs);
  o.optimizer.learning_rate = 4e-3f;
  retrain<vgg16_dense, vgg16_700x>(e, name, {"recorded::vgg16_700x", "vgg16.hpp"}, taught(o));
}
