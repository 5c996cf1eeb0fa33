#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_thin(experiment& e, std::string const& name) {
  static constexpr auto thin = make_resnet<resnet_form{.width = 4, .shortcuts = shortcut::convolution}>();
  static_assert(network<without_batch_norm(thin)>::total_cost().stored_numbers >=
                network<without_batch_norm(resnet20_19x)>::total_cost().stored_numbers);
  training_options o = colour_options(2 * resnet20_19x_epochs);
  o.optimizer.learning_rate = 4e-3f;
  train_alone<thin>(e, name, "thin", o);
}
