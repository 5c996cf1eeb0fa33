#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

namespace recorded {

void lenet5_fashion_22x_folded(experiment& e, std::string const& name) {
  retrain<lenet5, lenet5_fashion_22x>(e, name, {"recorded::lenet5_fashion_22x", "lenet5.hpp"},
                                      {.epochs = lenet5_fashion_22x_epochs});
}

void lenet5_fashion_22x_bytes(experiment& e, std::string const& name) {
  training_options o{.epochs = 16};
  o.optimizer.learning_rate = 3e-4f;
  retrain_in_bytes<lenet5, lenet5_fashion_22x>(e, name, {"recorded::lenet5_fashion_22x", "lenet5.hpp"}, o);
}

}  // namespace recorded
