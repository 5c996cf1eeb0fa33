#include "families.hpp"

namespace polyfold::bench {

void add_arranged(measurements& all) {
  add_kernel<input<4096, 1, 1> | dense<1024>(arranged<1, linear, 2>)>(all, "dense/arranged/bits:2");
  add_kernel<input<4096, 1, 1> | dense<1024>(arranged<2, linear, 3>)>(all, "dense/arranged/bits:3");
  add_kernel<input<4096, 1, 1> | dense<1024>(arranged<4, linear, 4>)>(all, "dense/arranged/bits:4");
  add_kernel<input<4096, 1, 1> | dense<1024>(arranged<4, linear, 5>)>(all, "dense/arranged/bits:5");
  add_kernel<input<4096, 1, 1> | dense<1024>(arranged<4, linear, 8>)>(all, "dense/arranged/bits:8");
}

}  // namespace polyfold::bench
