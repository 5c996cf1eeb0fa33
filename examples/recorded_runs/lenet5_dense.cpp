#include "configurations.hpp"
#include "lenet5.hpp"
#include "steps.hpp"

void recorded::dense_lenet5(experiment& e, std::string const& name) {
  train_dense<lenet5>(e, name, dense_lenet5_options());
}
