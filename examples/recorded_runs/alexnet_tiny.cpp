#include "alexnet_steps.hpp"
#include "configurations.hpp"

namespace recorded {

void alexnet_tiny_dense(experiment& e, std::string const& name) { train_dense_alexnet<alexnet_tiny>(e, name, 6); }

void alexnet_tiny_folded(experiment& e, std::string const& name) {
  retrain_alexnet<alexnet_tiny>(e, name, {"recorded::alexnet_folded<recorded::alexnet_tiny>", "alexnet.hpp"}, 6);
}

}  // namespace recorded
