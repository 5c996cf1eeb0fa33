// The folded ResNet-20s of the recorded runs, in the form with 1 x 1 convolutions as shortcuts.
#pragma once

#include <polyfold/inference.hpp>

namespace recorded {

using namespace polyfold;

inline constexpr resnet_form resnet20_form = cifar_resnet(20, 10, shortcut::convolution);
inline constexpr auto resnet20_dense = make_resnet<resnet20_form>();

/// 19.3 times fewer numbers. Kernels are planes; a layer reads a few mixtures of its channels, and writes its filters as a
/// few mixtures.
inline constexpr auto resnet20_19x = make_resnet<resnet20_form>([](layer_place l) -> approximation {
  if (l.kind == layer_kind::dense) return exact;
  if (l.kind == layer_kind::shortcut) return along<axis::channel, order<5>>;
  if (l.stage == 0) return along<axis::kernel, linear>;
  if (l.stage == 1)
    return all_of(along<axis::channel, order<8>>, along<axis::kernel, linear>, along<axis::output, order<8>>);
  if (l.stage == 2)
    return all_of(along<axis::channel, order<12>>, along<axis::kernel, linear>, along<axis::output, order<12>>);
  return all_of(along<axis::channel, order<16>>, along<axis::kernel, linear>, along<axis::output, order<21>>);
});
static_assert(parameter_ratio(network<without_batch_norm(resnet20_19x)>::total_cost()) >= 19.3);
static_assert(byte_ratio(network<without_batch_norm(resnet20_19x), in_bytes>::total_cost()) >= 75);

/// As many numbers, dense: a quarter of the filters.
inline constexpr auto thin_resnet20 = make_resnet<resnet_form{.width = 4, .shortcuts = shortcut::convolution}>();
static_assert(network<without_batch_norm(thin_resnet20)>::total_cost().stored_parameters >=
              network<without_batch_norm(resnet20_19x)>::total_cost().stored_parameters);

/// Every weight of the 3 x 3 convolutions but the first is one of its filter's four levels: an index of two bits. The
/// levels take up batch norm.
inline constexpr auto resnet20_2_bits = make_resnet<resnet20_form>([](layer_place l) -> approximation {
  if (l.kind != layer_kind::convolution || l.stage == 0) return exact;
  return arranged_per_filter<4, constant, 2>;
});

/// In bytes 19.3 times smaller: the same with one bit in the last two blocks, which have over half of the weights.
inline constexpr auto resnet20_arranged = make_resnet<resnet20_form>([](layer_place l) -> approximation {
  if (l.kind != layer_kind::convolution || l.stage == 0) return exact;
  if (l.stage == 3 && l.block > 0) return arranged_per_filter<2, constant, 1>;
  return arranged_per_filter<4, constant, 2>;
});
/// A scale for each filter: what batch norm makes of their levels differs by far.
inline constexpr byte_numbers resnet20_arranged_scales{.scales = scales_per::filter};
static_assert(byte_ratio(network<without_batch_norm(resnet20_arranged), resnet20_arranged_scales>::total_cost()) >=
              19.3);

inline constexpr int resnet20_19x_epochs = 8;
inline constexpr int resnet20_19x_longer_epochs = 24;

}  // namespace recorded
