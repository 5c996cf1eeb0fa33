#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet18.hpp"
#include "steps.hpp"

void recorded::resnet18_tiny_thin(experiment& e, std::string const& name) {
  static constexpr resnet_form form{.classes = resnet18_form.classes,
                                    .image = resnet18_form.image,
                                    .width = 28,
                                    .blocks = resnet18_form.blocks,
                                    .shortcuts = resnet18_form.shortcuts,
                                    .stem = resnet18_form.stem};
  static constexpr auto thin = make_resnet<form>();
  static_assert(network<without_batch_norm(thin)>::total_cost().stored_numbers >=
                network<without_batch_norm(resnet18_folded)>::total_cost().stored_numbers);
  training_options o = colour_options(6);  // those of the dense network and the folded one together
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-3f;
  train_alone<thin>(e, name, "thin", o);
}
