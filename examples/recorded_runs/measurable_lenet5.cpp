#include "lenet5.hpp"
#include "measurable.hpp"

std::vector<measurable_type> recorded::measurable_lenet5() {
  return {measurable_folded<lenet5_mnist_61x>(),      measurable_bytes<lenet5_mnist_61x>(),
          measurable_folded<lenet5_mnist_61x_bent>(), measurable_bytes<lenet5_mnist_61x_bent>(),
          measurable_folded<lenet5_mnist_75x>(),      measurable_bytes<lenet5_mnist_75x>(),
          measurable_folded<lenet5_fashion_22x>(),    measurable_bytes<lenet5_fashion_22x>()};
}
