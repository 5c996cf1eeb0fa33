#include "families.hpp"

namespace polyfold::bench {

void add_dense_twins(measurements& all) {
  add_kernel<input<256, 16, 16> | conv2d<64, 3>(padding<1>)>(all, "convolution/dense_256_to_64");
  add_kernel<input<64, 16, 16> | conv2d<64, 3>(padding<1>)>(all, "convolution/dense/size:3");
  add_kernel<input<64, 16, 16> | conv2d<64, 5>(padding<2>)>(all, "convolution/dense/size:5");
  add_kernel<input<64, 16, 16> | conv2d<64, 7>(padding<3>)>(all, "convolution/dense/size:7");
  add_kernel<input<4096, 1, 1> | dense<1024>>(all, "dense/dense");
}

}  // namespace polyfold::bench
