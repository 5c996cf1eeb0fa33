#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

void lenet5_mnist_61x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_61x>(e, name, {"recorded::lenet5_mnist_61x", "lenet5.hpp"},
                                    {.epochs = lenet5_mnist_epochs});
}

void lenet5_mnist_61x_bytes(experiment& e, std::string const& name) {
  retrain_in_bytes<lenet5, lenet5_mnist_61x>(e, name, {"recorded::lenet5_mnist_61x", "lenet5.hpp"},
                                             lenet5_mnist_options_in_bytes());
}

void lenet5_mnist_61x_taught(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_61x_bent>(e, name, {"recorded::lenet5_mnist_61x_bent", "lenet5.hpp"},
                                         taught({.epochs = lenet5_mnist_epochs}));
}

void lenet5_mnist_61x_taught_bytes(experiment& e, std::string const& name) {
  retrain_in_bytes<lenet5, lenet5_mnist_61x_bent>(e, name, {"recorded::lenet5_mnist_61x_bent", "lenet5.hpp"},
                                                  taught(lenet5_mnist_options_in_bytes()));
}

}  // namespace recorded
