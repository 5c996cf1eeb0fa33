#include "steps.hpp"
#include "tiny_configurations.hpp"

void tiny::arrange(experiment& e, std::string const& name) {
  training_options o = options();
  o.distil.weight = 0.5f;
  recorded::retrain_arranged_in_bytes<dense_network, arranged_network, polyfold::in_bytes>(
      e, name, {"tiny::arranged_network", "tiny_networks.hpp"}, o);
}
