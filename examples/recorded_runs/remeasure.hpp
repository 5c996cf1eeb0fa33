// The program remeasure, for any studies: loads the networks that recorded runs have left and measures them again, and
// compares the costs in all records with those of the networks' types. A network's file describes its type; the program
// knows some types, and takes the one of that description.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/integers.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/layers/without_batch_norm.hpp>
#include <polyfold/train/evaluate.hpp>

#include "counted.hpp"
#include "studies.hpp"

/// Says how many of the images a network classifies rightly.
using measurement = std::function<int(polyfold::dataset const&, polyfold::thread_pool&)>;

/// A type of networks, and how to measure one that is in a file.
struct measurable_type {
  std::string description;
  measurement (*load)(std::filesystem::path const& file);
};

template <class Network>
[[nodiscard]] measurable_type measurable() {
  return {polyfold::describe<Network>(), [](std::filesystem::path const& file) -> measurement {
            auto net = std::make_shared<Network>();
            polyfold::load_network(file, *net);
            return [net](polyfold::dataset const& images, polyfold::thread_pool& threads) {
              return polyfold::evaluate(*net, images, threads).correct;
            };
          }};
}

/// What `recorded::retrain` leaves.
template <auto Folded>
[[nodiscard]] measurable_type measurable_folded() {
  return measurable<polyfold::network<polyfold::without_batch_norm(Folded)>>();
}
/// What `recorded::retrain_in_bytes` and `recorded::retrain_arranged_in_bytes` leave.
template <auto Folded, polyfold::byte_numbers Rule = polyfold::in_bytes>
[[nodiscard]] measurable_type measurable_bytes() {
  return measurable<polyfold::network<polyfold::without_batch_norm(Folded), Rule>>();
}

/// What `recorded::quantise_to_integers` and `recorded::retrain_in_integers` leave.
template <auto Trained>
[[nodiscard]] measurable_type measurable_integers() {
  return measurable<polyfold::network<polyfold::without_batch_norm(Trained), polyfold::in_int8>>();
}

/// Does what the command line asks for and returns the exit status: EXIT_FAILURE where a network could not be loaded or
/// does not have the accuracy of its record, or where a record does not have the costs that its network has now. Throws
/// `polyfold::failure` where nothing can be measured at all.
int remeasure(int argc, char** argv, std::vector<study> const& studies, std::vector<measurable_type> const& types,
              std::vector<counted_network> const& counted);
