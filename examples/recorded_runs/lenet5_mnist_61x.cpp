#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

training_options options_in_bytes() {
  training_options o{.epochs = 16};
  o.optimizer.learning_rate = 3e-4f;  // the network is trained: only the rounding is new to it
  return o;
}

constexpr float taught = 0.7f;

}  // namespace

void lenet5_mnist_61x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_61x>(e, name, "recorded::lenet5_mnist_61x", {.epochs = lenet5_mnist_61x_epochs});
}

void lenet5_mnist_61x_bytes(experiment& e, std::string const& name) {
  retrain_in_bytes<lenet5, lenet5_mnist_61x>(e, name, "folded_61x", "recorded::lenet5_mnist_61x", options_in_bytes());
}

void lenet5_mnist_61x_taught(experiment& e, std::string const& name) {
  training_options o{.epochs = lenet5_mnist_61x_epochs};
  o.distil.weight = taught;
  retrain<lenet5, lenet5_mnist_61x_bent>(e, name, "recorded::lenet5_mnist_61x_bent", o);
}

void lenet5_mnist_61x_taught_bytes(experiment& e, std::string const& name) {
  training_options o = options_in_bytes();
  o.distil.weight = taught;
  retrain_in_bytes<lenet5, lenet5_mnist_61x_bent>(e, name, "folded_61x_taught", "recorded::lenet5_mnist_61x_bent", o);
}

}  // namespace recorded
