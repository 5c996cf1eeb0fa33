#include "colour_images.hpp"
#include "configurations.hpp"
#include "steps.hpp"
#include "vgg16.hpp"

void recorded::vgg16_cifar10_thin(experiment& e, std::string const& name) {
  training_options o = colour_options(vgg16_dense_epochs + vgg16_700x_epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 4e-3f;
  train_alone<thin_vgg16>(e, name, "thin", o);
}
