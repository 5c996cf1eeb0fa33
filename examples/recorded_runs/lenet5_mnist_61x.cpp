#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

void lenet5_mnist_61x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_61x>(e, name, "recorded::lenet5_mnist_61x", {.epochs = lenet5_mnist_61x_epochs});
}

void lenet5_mnist_61x_bytes(experiment& e, std::string const& name) {
  training_options o{.epochs = 16};
  o.optimizer.learning_rate = 3e-4f;  // the network is trained: only the rounding is new to it
  retrain_in_bytes<lenet5, lenet5_mnist_61x>(e, name, "folded_61x", "recorded::lenet5_mnist_61x", o);
}

}  // namespace recorded
