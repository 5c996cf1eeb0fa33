#include <polyfold/models/alexnet.hpp>

#include "works.hpp"

namespace polyfold::bench {

namespace {
constexpr auto dense_form = alexnet_cifar<>;
constexpr auto kernel_form = make_alexnet<cifar_alexnet()>(along<axis::kernel, linear>);
}  // namespace

void add_alexnet(measurements& all) {
  add_work<dense_form>(all, "alexnet_cifar", {1, 64});
  add_folded<dense_form, kernel_form>(all, "alexnet_cifar", "kernel_1", {1, 64});
}

}  // namespace polyfold::bench
