#include <polyfold/models/vgg16.hpp>

#include "works.hpp"

namespace polyfold::bench {

namespace {
/// Channel segments of 32, linear, from the second convolution on.
constexpr auto by_channels = [](layer_place l) -> approximation {
  if (l.kind == layer_kind::dense || l.index == 0) return exact;
  return along<axis::channel, segment<32>, linear>;
};
constexpr auto dense_form = vgg16_cifar<>;
constexpr auto channel_form = make_vgg16<cifar_vgg16()>(by_channels);
}  // namespace

void add_vgg16(measurements& all) {
  add_work<dense_form>(all, "vgg16_cifar", {1, 64});
  add_folded<dense_form, channel_form>(all, "vgg16_cifar", "channel32_1", {1, 64});
}

}  // namespace polyfold::bench
