#include "measurable.hpp"
#include "resnet20.hpp"

std::vector<measurable_type> recorded::measurable_resnet20() { return {measurable_folded<resnet20_19x>()}; }
