#include "measurable.hpp"
#include "vgg16.hpp"

std::vector<measurable_type> recorded::measurable_vgg16() { return {measurable_folded<vgg16_700x>()}; }
