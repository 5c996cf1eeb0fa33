#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

namespace recorded {

void resnet20_cifar10_arranged(experiment& e, std::string const& name) {
  retrain_arranged_in_bytes<resnet20_dense, resnet20_arranged, resnet20_arranged_scales>(
      e, name, {"recorded::resnet20_arranged", "resnet20.hpp"}, arranged_options(8));
}

void resnet20_cifar10_arranged_longer(experiment& e, std::string const& name) {
  training_options o = arranged_options(16);
  o.distil.weight = 0.7f;
  retrain_arranged_in_bytes<resnet20_dense, resnet20_arranged, resnet20_arranged_scales>(
      e, name, {"recorded::resnet20_arranged", "resnet20.hpp"}, o);
}

}  // namespace recorded
