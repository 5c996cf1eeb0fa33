#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::round(experiment& e, std::string const& name) {
  recorded::retrain_in_bytes<dense_network, folded_network>(e, name, {"tiny::folded_network", "tiny_networks.hpp"},
                                                            options());
}
