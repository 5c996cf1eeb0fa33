// AlexNet in the recorded runs: the form for small images.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

template <alexnet_form Form>
inline constexpr auto alexnet_dense = make_alexnet<Form>();
/// Kernels are planes or paraboloids, and every second channel of the wide layers goes.
template <alexnet_form Form>
inline constexpr auto alexnet_folded = make_alexnet<Form>([](layer_place l) -> approximation {
  if (l.kind == layer_kind::dense) return along<axis::kernel, linear>;
  if (l.index == 0) return along<axis::kernel, order<4>>;
  if (l.kernel == 5) return all_of(along<axis::channel, segment<4>, linear>, along<axis::kernel, quadratic>);
  return all_of(along<axis::channel, segment<4>, linear>, along<axis::kernel, linear>);
});

/// As many numbers as the folded network, in fewer filters.
template <alexnet_form Form>
inline constexpr auto alexnet_thin = [] {
  constexpr alexnet_form thin{.classes = Form.classes,
                              .image = Form.image,
                              .filters = {26, 78, 156, 104, 104},
                              .original = Form.original,
                              .hidden = Form.hidden};
  static_assert(network<make_alexnet<thin>()>::total_cost().stored_parameters >=
                network<alexnet_folded<Form>>::total_cost().stored_parameters);
  return make_alexnet<thin>();
}();

inline constexpr alexnet_form alexnet_cifar10 = cifar_alexnet(10);
inline constexpr alexnet_form alexnet_tiny = cifar_alexnet(20, {3, 64, 64});

}  // namespace recorded
