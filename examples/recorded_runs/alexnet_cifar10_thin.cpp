#include "alexnet_steps.hpp"
#include "configurations.hpp"

void recorded::alexnet_cifar10_thin(experiment& e, std::string const& name) {
  train_thin_alexnet<alexnet_cifar10>(e, name, 8);
}
