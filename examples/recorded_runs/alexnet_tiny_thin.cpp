#include "alexnet_steps.hpp"
#include "configurations.hpp"

void recorded::alexnet_tiny_thin(experiment& e, std::string const& name) {
  train_thin_alexnet<alexnet_tiny>(e, name, 12);
}
