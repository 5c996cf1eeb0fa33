// How the AlexNets are trained; the forms differ in their epochs.
#pragma once

#include <string>

#include "alexnet.hpp"
#include "colour_images.hpp"
#include "steps.hpp"

namespace recorded {

template <alexnet_form Form>
void train_dense_alexnet(experiment& e, std::string const& name, int epochs) {
  training_options o = colour_options(epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;
  train_dense<alexnet_dense<Form>>(e, name, o);
}

template <alexnet_form Form>
void retrain_alexnet(experiment& e, std::string const& name, spelling const& pipeline, int epochs) {
  training_options o = colour_options(epochs);
  o.optimizer.learning_rate = 2e-3f;
  retrain<alexnet_dense<Form>, alexnet_folded<Form>>(e, name, pipeline, o);
}

/// `epochs`: those of the dense network and the folded one together.
template <alexnet_form Form>
void train_thin_alexnet(experiment& e, std::string const& name, int epochs) {
  training_options o = colour_options(epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-3f;
  train_alone<alexnet_thin<Form>>(e, name, "thin", o);
}

}  // namespace recorded
