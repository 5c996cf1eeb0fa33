// The works that are compared, one source file each.
#pragma once

#include "comparison.hpp"

namespace polyfold::bench {

void add_lenet5(measurements& all);
void add_resnet20(measurements& all);
void add_alexnet(measurements& all);
void add_vgg16(measurements& all);
void add_single_layers(measurements& all);

}  // namespace polyfold::bench
