#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet8.hpp"
#include "steps.hpp"

namespace recorded {

void resnet8_cifar10_dense_int8(experiment& e, std::string const& name) {
  quantise_to_integers<resnet8<>>(e, name, {"polyfold::resnet8<>", "polyfold/models/resnet8.hpp"});
}

void resnet8_cifar10_planes_int8(experiment& e, std::string const& name) {
  training_options o = colour_options(2);
  o.optimizer.learning_rate = 1e-4f;  // the network is trained and without batch norm: only the rounding is new to it
  retrain_in_integers<resnet8<>, resnet8_planes>(e, name, {"recorded::resnet8_planes", "resnet8.hpp"}, taught(o));
}

}  // namespace recorded
