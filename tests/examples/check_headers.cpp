// The headers of lenet_mnist in one program: every network makes of its sample images what it made of them.
#include <iostream>

#include "arranged.hpp"
#include "dense.hpp"
#include "dense_int8.hpp"
#include "paper.hpp"
#include "small.hpp"
#include "small_8_bits.hpp"
#include "small_int8.hpp"
#include "thin_control.hpp"
#include "thin_control_int8.hpp"

template <class Network>
typename Network::template workspace<>& workspace_of(Network const&) {
  static typename Network::template workspace<> workspace;
  return workspace;
}

int main() {
  int failed = 0;
#define CHECK(network)                                       \
  if (!network##_self_test(workspace_of(network))) {         \
    std::cout << #network " computes something else here\n"; \
    ++failed;                                                \
  }
  CHECK(lenet_dense)
  CHECK(lenet_dense_int8)
  CHECK(lenet_paper)
  CHECK(lenet_small)
  CHECK(lenet_small_8_bits)
  CHECK(lenet_small_int8)
  CHECK(lenet_thin_control)
  CHECK(lenet_thin_control_int8)
  CHECK(lenet_arranged)
  return failed;
}
