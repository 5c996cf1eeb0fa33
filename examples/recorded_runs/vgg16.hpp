// VGG16 for CIFAR-10 in the recorded runs.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

inline constexpr auto vgg16_dense = vgg16_cifar<>;

/// What makes VGG16 700 times smaller. Batch norm would be most of its numbers then: the network goes without, and its
/// biases are cut like its outputs.
inline constexpr auto vgg16_700x_rule = [](layer_place l) -> approximation {
  if (l.kind == layer_kind::dense) return along<axis::channel, order<23>>;
  if (l.index == 0) return along<axis::kernel, linear>;
  if (l.stage == 1)
    return all_of(along<axis::channel, order<15>>, along<axis::kernel, linear>, along<axis::output, order<15>>,
                  bias_along<order<15>>);
  if (l.stage == 2)
    return all_of(along<axis::channel, order<19>>, along<axis::kernel, linear>, along<axis::output, order<19>>,
                  bias_along<order<19>>);
  return all_of(along<axis::channel, order<23>>, along<axis::kernel, linear>, along<axis::output, order<23>>,
                bias_along<order<23>>);
};
inline constexpr auto vgg16_700x =
    make_vgg16<vgg16_form{.classes = 10, .image = {3, 32, 32}, .hidden = 0}>(vgg16_700x_rule);
static_assert(parameter_ratio(network<vgg16_700x>::total_cost()) >= 700);

inline constexpr int vgg16_dense_epochs = 2;
inline constexpr int vgg16_700x_epochs = 5;

}  // namespace recorded
