#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

void lenet5_mnist_75x_taught(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_mnist_75x>(e, name, {"recorded::lenet5_mnist_75x", "lenet5.hpp"},
                                    taught({.epochs = lenet5_mnist_epochs}));
}

void lenet5_mnist_75x_taught_bytes(experiment& e, std::string const& name) {
  retrain_in_bytes<lenet5, lenet5_mnist_75x>(e, name, {"recorded::lenet5_mnist_75x", "lenet5.hpp"},
                                             taught(lenet5_mnist_options_in_bytes()));
}

}  // namespace recorded
