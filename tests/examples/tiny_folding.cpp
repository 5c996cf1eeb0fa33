#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::fold(experiment& e, std::string const& name) {
  recorded::retrain<dense_network, folded_network>(e, name, {"tiny::folded_network", "tiny_networks.hpp"}, options());
}
