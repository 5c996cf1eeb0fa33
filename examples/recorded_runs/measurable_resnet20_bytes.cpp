#include "measurable.hpp"
#include "resnet20.hpp"

std::vector<measurable_type> recorded::measurable_resnet20_bytes() {
  return {measurable_bytes<resnet20_19x>(), measurable_bytes<resnet20_arranged, resnet20_arranged_scales>(),
          measurable_bytes<resnet20_2_bits, resnet20_arranged_scales>()};
}
