#include "colour_images.hpp"
#include "configurations.hpp"
#include "resnet20.hpp"
#include "steps.hpp"

namespace recorded {

namespace {

void retrain_as(training_options const& o, experiment& e, std::string const& name) {
  retrain_arranged_in_bytes<resnet20_dense, resnet20_2_bits, resnet20_arranged_scales>(
      e, name, {"recorded::resnet20_2_bits", "resnet20.hpp"}, o);
}

}  // namespace

void resnet20_cifar10_2_bits(experiment& e, std::string const& name) { retrain_as(arranged_options(4), e, name); }

void resnet20_cifar10_2_bits_longer(experiment& e, std::string const& name) {
  retrain_as(taught(arranged_options(6)), e, name);
}

}  // namespace recorded
