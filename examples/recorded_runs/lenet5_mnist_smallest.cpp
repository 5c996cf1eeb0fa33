#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

void lenet5_mnist_80x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_80x>(e, name, "recorded::lenet5_mnist_80x", {.epochs = 160});
}

void lenet5_mnist_92x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_92x>(e, name, "recorded::lenet5_mnist_92x", {.epochs = 160});
}

}  // namespace recorded
