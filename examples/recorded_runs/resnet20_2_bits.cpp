#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

void recorded::resnet20_cifar10_2_bits(experiment& e, std::string const& name) {
  retrain_arranged_in_bytes<resnet20_dense, resnet20_2_bits, resnet20_arranged_scales>(
      e, name, {"recorded::resnet20_2_bits", "resnet20.hpp"}, arranged_options(4));
}
