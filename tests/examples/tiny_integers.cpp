#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::put_into_integers(experiment& e, std::string const& name) {
  recorded::put_into_integers<folded_network>(e, name, {"tiny::folded_network", "tiny_networks.hpp"});
}
