#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::put_into_integers(experiment& e, std::string const& name) {
  recorded::quantise_to_integers<polyfold::without_batch_norm(folded_network)>(
      e, name, {"tiny::folded_network", "tiny_networks.hpp"});
}

void tiny::round_to_integers(experiment& e, std::string const& name) {
  recorded::retrain_in_integers<dense_network, folded_network>(e, name, {"tiny::folded_network", "tiny_networks.hpp"},
                                                               options());
}
