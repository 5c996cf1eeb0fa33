// ResNet-18 for 64 x 64 images of 20 classes in the recorded runs.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

inline constexpr resnet_form resnet18_form = imagenet_resnet18(20, {3, 64, 64});
inline constexpr auto resnet18_dense = make_resnet<resnet18_form>();
/// Kernels are planes, and in the last two stages every second channel goes.
inline constexpr auto resnet18_folded = make_resnet<resnet18_form>([](layer_place l) -> approximation {
  if (l.kind != layer_kind::convolution || l.stage == 0) return exact;
  if (l.stage >= 3) return all_of(along<axis::channel, segment<4>, linear>, along<axis::kernel, linear>);
  return along<axis::kernel, linear>;
});

/// As many numbers, dense: 28 filters in the first stage.
inline constexpr auto thin_resnet18 = make_resnet<resnet_form{.classes = resnet18_form.classes,
                                                              .image = resnet18_form.image,
                                                              .width = 28,
                                                              .blocks = resnet18_form.blocks,
                                                              .shortcuts = resnet18_form.shortcuts,
                                                              .stem = resnet18_form.stem}>();
static_assert(network<without_batch_norm(thin_resnet18)>::total_cost().stored_parameters >=
              network<without_batch_norm(resnet18_folded)>::total_cost().stored_parameters);

}  // namespace recorded
