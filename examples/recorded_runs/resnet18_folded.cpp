#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet18.hpp"
#include "steps.hpp"

void recorded::resnet18_tiny_folded(experiment& e, std::string const& name) {
  training_options o = colour_options(3);
  o.optimizer.learning_rate = 2e-3f;
  retrain<resnet18_dense, resnet18_folded>(e, name, {"recorded::resnet18_folded", "resnet18.hpp"}, o);
}
