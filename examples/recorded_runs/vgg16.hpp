// VGG16 for CIFAR-10 in the recorded runs.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

inline constexpr auto vgg16_dense = vgg16_cifar<>;

/// 700 times fewer numbers. Kernels are planes; a layer reads a few mixtures of its channels, and writes its filters as a
/// few mixtures. Two fifths of its numbers are the scales and shifts that batch norm leaves.
inline constexpr auto vgg16_700x = make_vgg16<cifar_vgg16()>([](layer_place l) -> approximation {
  if (l.kind == layer_kind::dense) return along<axis::channel, order<23>>;
  if (l.index == 0) return along<axis::kernel, linear>;
  if (l.stage == 1)
    return all_of(along<axis::channel, order<14>>, along<axis::kernel, linear>, along<axis::output, order<14>>);
  if (l.stage == 2)
    return all_of(along<axis::channel, order<15>>, along<axis::kernel, linear>, along<axis::output, order<16>>);
  return all_of(along<axis::channel, order<17>>, along<axis::kernel, linear>, along<axis::output, order<18>>);
});
static_assert(parameter_ratio(network<without_batch_norm(vgg16_700x)>::total_cost()) >= 700);

/// As many numbers, dense: 3 filters in the first stage, and no hidden dense layer.
inline constexpr auto thin_vgg16 =
    make_vgg16<vgg16_form{.classes = 10, .image = {3, 32, 32}, .width = 3, .normalised = true, .hidden = 0}>();
static_assert(network<without_batch_norm(thin_vgg16)>::total_cost().stored_parameters >=
              network<without_batch_norm(vgg16_700x)>::total_cost().stored_parameters);

inline constexpr int vgg16_dense_epochs = 2;
inline constexpr int vgg16_700x_epochs = 5;

}  // namespace recorded
