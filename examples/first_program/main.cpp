#include <cstdio>
#include <polyfold/inference.hpp>
using namespace polyfold;

constexpr auto digits = input<1, 28, 28> | conv2d<6, 5>(padding<2>, along<axis::kernel, linear>) | relu | max_pool<2> |
                        dense<10>(along<axis::kernel, linear>);
static_assert(network<digits>::total_cost().stored_bytes() < 1024);  // known to the compiler, like all costs
static network<digits> net;                          // its parameters come from training, a file or a generated header
static network<digits>::workspace<float> workspace;  // all the memory that inference needs

int main() {
  tensor<float, shape{1, 28, 28}> image{};
  for (float logit : net.run(image, workspace)) std::printf("%g\n", double(logit));
  return std::fflush(stdout) == 0 ? 0 : 1;  // 1: the output can't be written
}
