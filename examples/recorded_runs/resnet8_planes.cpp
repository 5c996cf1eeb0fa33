#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet8.hpp"
#include "steps.hpp"

void recorded::resnet8_cifar10_planes(experiment& e, std::string const& name) {
  training_options o = colour_options(30);
  o.optimizer.learning_rate = 4e-3f;
  retrain<resnet8<>, resnet8_planes>(e, name, {"recorded::resnet8_planes", "resnet8.hpp"}, taught(o));
}
