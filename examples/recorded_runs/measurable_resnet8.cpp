#include "measurable.hpp"
#include "resnet8.hpp"

std::vector<measurable_type> recorded::measurable_resnet8() {
  return {measurable_integers<resnet8<>>(), measurable_integers<resnet8_planes>()};
}
