#include "alexnet_steps.hpp"
#include "configurations.hpp"

namespace recorded {

void alexnet_cifar10_dense(experiment& e, std::string const& name) { train_dense_alexnet<alexnet_cifar10>(e, name, 4); }

void alexnet_cifar10_folded(experiment& e, std::string const& name) {
  retrain_alexnet<alexnet_cifar10>(e, name, {"recorded::alexnet_folded<recorded::alexnet_cifar10>", "alexnet.hpp"}, 4);
}

}  // namespace recorded
