#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>

#include "works.hpp"

namespace polyfold::bench {

namespace {

template <class... Options>
[[nodiscard]] consteval auto convolution(Options... options) {
  return input<256, 16, 16> | conv2d<256, 3>(padding<1>, options...);
}
template <class... Options>
[[nodiscard]] consteval auto wide_dense(Options... options) {
  return input<4096, 1, 1> | dense<4096>(options...);
}

}  // namespace

void add_single_layers(measurements& all) {
  constexpr auto conv = convolution();
  add_work<conv>(all, "conv3x3_256x256_16x16", {1});
  add_folded<conv, convolution(along<axis::channel, segment<32>, linear>)>(all, "conv3x3_256x256_16x16", "channel32_1",
                                                                           {1});
  add_folded<conv, convolution(along<axis::kernel, linear>)>(all, "conv3x3_256x256_16x16", "kernel_1", {1});

  constexpr auto wide = wide_dense();
  add_work<wide>(all, "dense_4096x4096", {1});
  add_folded<wide, wide_dense(along<axis::channel, segment<128>, linear>)>(all, "dense_4096x4096", "channel128_1", {1});
  add_folded<wide, wide_dense(arranged<4, linear, 4>)>(all, "dense_4096x4096", "arranged_4_bits", {1});
}

}  // namespace polyfold::bench
