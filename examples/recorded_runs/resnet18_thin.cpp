#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet18.hpp"
#include "steps.hpp"

void recorded::resnet18_tiny_thin(experiment& e, std::string const& name) {
  training_options o = colour_options(6);  // those of the dense network and the folded one together
  o.dense_rate = 1;
  o.optimizer.learning_rate = 2e-3f;
  train_alone<thin_resnet18>(e, name, "thin", o);
}
