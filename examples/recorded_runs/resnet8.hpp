// The folded ResNet-8 of the recorded runs.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

/// Planes in all 3 x 3 kernels but the first layer's: three of nine numbers, and a third of the multiplications.
inline constexpr auto resnet8_planes = make_resnet8([](layer_place l) -> approximation {
  if (l.kind == layer_kind::convolution && l.stage > 0) return along<axis::kernel, linear>;
  return exact;
});
static_assert(network<without_batch_norm(resnet8_planes)>::total_cost().stored_parameters <= 29'000);

}  // namespace recorded
