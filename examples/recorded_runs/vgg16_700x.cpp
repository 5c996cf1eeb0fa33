#include "colour_images.hpp"
#include "configurations.hpp"
#include "steps.hpp"
#include "vgg16.hpp"

void recorded::vgg16_cifar10_700x(experiment& e, std::string const& name) {
  training_options o = colour_options(vgg16_700x_epochs);
  o.optimizer.learning_rate = 1e-3f;  // without batch norm, larger steps fail
  retrain<vgg16_dense, vgg16_700x, make_vgg16<cifar_vgg16()>(vgg16_700x_rule)>(e, name, "recorded::vgg16_700x", o);
}
