// The functions that train the networks of tiny_runs.
#pragma once

#include <string>

#include <polyfold/train/trainer.hpp>

#include "experiment.hpp"
#include "tiny_networks.hpp"

namespace tiny {

[[nodiscard]] inline training_options options() {
  training_options o{.epochs = 4};
  o.batch = 16;
  return o;
}

void train(experiment&, std::string const& name);
void fold(experiment&, std::string const& name);
void round(experiment&, std::string const& name);
void round_to_integers(experiment&, std::string const& name);
void arrange(experiment&, std::string const& name);
void put_into_integers(experiment&, std::string const& name);
void train_thin(experiment&, std::string const& name);

}  // namespace tiny
