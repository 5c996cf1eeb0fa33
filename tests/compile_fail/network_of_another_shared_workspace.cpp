// expect: polyfold: this workspace is shared by other networks
// A shared workspace is as large as the networks that it names need.

#include <polyfold/inference.hpp>

using namespace polyfold;
constexpr network<input<2, 1, 1> | dense<1>> small{};
constexpr network<input<2, 9, 9> | conv2d<4, 3> | dense<1>> large{};
#ifdef POLYFOLD_COMPILE_PASS
static shared_workspace<decltype(small), decltype(large)> memory;
#else
static shared_workspace<decltype(small)> memory;
#endif

int main() {
  tensor<float, shape{2, 9, 9}> const image{};
  return large.run(image, memory.of(large))[0] > 0;
}
