// What the networks of the recorded runs cost, as their types count it now: no network and no images are needed for that.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <polyfold/integers.hpp>
#include <polyfold/layers/without_batch_norm.hpp>
#include <polyfold/network.hpp>

/// The network of a configuration.
struct counted_network {
  std::string study;
  std::string configuration;
  polyfold::cost costs;
  polyfold::cost approximated;
};

/// Of a dense network, batch norm and all, as `recorded::train_dense` measures it.
template <class Network>
[[nodiscard]] counted_network counted(std::string study, std::string configuration) {
  return {std::move(study), std::move(configuration), Network::total_cost(), Network::approximated_cost()};
}
/// What `recorded::retrain` and `recorded::train_alone` leave.
template <auto Pipeline>
[[nodiscard]] counted_network counted_plain(std::string study, std::string configuration) {
  return counted<polyfold::network<polyfold::without_batch_norm(Pipeline)>>(std::move(study), std::move(configuration));
}
/// What `recorded::retrain_in_bytes` and `recorded::retrain_arranged_in_bytes` leave.
template <auto Pipeline, polyfold::byte_numbers Rule = polyfold::in_bytes>
[[nodiscard]] counted_network counted_bytes(std::string study, std::string configuration) {
  return counted<polyfold::network<polyfold::without_batch_norm(Pipeline), Rule>>(std::move(study),
                                                                                  std::move(configuration));
}
/// What `recorded::quantise_to_integers` and `recorded::retrain_in_integers` leave.
template <auto Trained>
[[nodiscard]] counted_network counted_integers(std::string study, std::string configuration) {
  return counted<polyfold::network<polyfold::without_batch_norm(Trained), polyfold::in_int8>>(std::move(study),
                                                                                              std::move(configuration));
}

[[nodiscard]] std::vector<counted_network> counted_networks();
