#include <polyfold/models/resnet.hpp>

#include "works.hpp"

namespace polyfold::bench {

namespace {
/// Shortcuts are 1 x 1 convolutions where shapes change: the peers have no operator for the padded identity.
constexpr auto form = cifar_resnet(20, 10, shortcut::convolution);
constexpr auto dense_form = make_resnet<form>();
constexpr auto kernel_form = make_resnet<form>(along<axis::kernel, linear>);
}  // namespace

void add_resnet20(measurements& all) {
  add_work<dense_form>(all, "resnet20", {1, 64});
  add_folded<dense_form, kernel_form>(all, "resnet20", "kernel_1", {1, 64});
}

}  // namespace polyfold::bench
