// Thin dense LeNet-5s with as many numbers as the folded networks.
#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

/// As many epochs as the dense network and the folded one together.
training_options thin_options(int folded_epochs) {
  training_options o = dense_lenet5_options();
  o.epochs += folded_epochs;
  o.shift = 0;  // too few numbers to learn shifted images as well
  return o;
}

}  // namespace

void lenet5_mnist_thin(experiment& e, std::string const& name) {
  train_alone<thin_lenet5_mnist>(e, name, "thin", thin_options(lenet5_mnist_epochs));
}

void lenet5_fashion_thin(experiment& e, std::string const& name) {
  train_alone<thin_lenet5_fashion>(e, name, "thin", thin_options(lenet5_fashion_22x_epochs));
}

}  // namespace recorded
