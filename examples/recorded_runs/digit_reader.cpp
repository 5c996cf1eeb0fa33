// The digit reader: trained from random numbers in the form that is stored, then put into integers.
#include "digit_reader.hpp"

#include "configurations.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

training_options digit_reader_options() {
  training_options o{.epochs = 60, .batch = 128};
  o.affine = {.rotation = 7, .scale = 0.07f, .shear = 0.07f, .shift = 1};
  o.dense_rate = 1;
  o.average_epochs = 2;
  o.statistics_images = 20000;
  return o;
}

}  // namespace

void digit_reader_dense(experiment& e, std::string const& name) {
  train_dense<dense_digit_reader>(e, name, digit_reader_options());
}

void digit_reader_folded(experiment& e, std::string const& name) {
  train_alone<digit_reader>(e, name, "folded", digit_reader_options());
}

void digit_reader_integers(experiment& e, std::string const& name) {
  quantise_to_integers<without_batch_norm(digit_reader)>(e, name, {"recorded::digit_reader", "digit_reader.hpp"});
}

void digit_reader_wide(experiment& e, std::string const& name) {
  train_alone<wide_digit_reader>(e, name, "folded", digit_reader_options());
}

void digit_reader_wide_integers(experiment& e, std::string const& name) {
  quantise_to_integers<without_batch_norm(wide_digit_reader)>(e, name,
                                                              {"recorded::wide_digit_reader", "digit_reader.hpp"});
}

}  // namespace recorded
