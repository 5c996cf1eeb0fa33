#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::train(experiment& e, std::string const& name) { recorded::train_dense<dense_network>(e, name, options()); }

void tiny::train_thin(experiment& e, std::string const& name) {
  recorded::train_alone<thin_network>(e, name, "thin", options());
}
