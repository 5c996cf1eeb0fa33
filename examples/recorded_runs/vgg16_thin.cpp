#include "colour_images.hpp"
#include "configurations.hpp"
#include "steps.hpp"
#include "vgg16.hpp"

void recorded::vgg16_cifar10_thin(experiment& e, std::string const& name) {
  static constexpr auto thin =
      make_vgg16<vgg16_form{.classes = 10, .image = {3, 32, 32}, .width = 3, .normalised = true, .hidden = 0}>();
  static_assert(network<without_batch_norm(thin)>::total_cost().stored_numbers >=
                network<without_batch_norm(vgg16_700x)>::total_cost().stored_numbers);
  training_options o = colour_options(vgg16_dense_epochs + vgg16_700x_epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 4e-3f;
  train_alone<thin>(e, name, "thin", o);
}
