// expect: polyfold: along and bias_along take a segment<n>, an order<n>
// facts: layer_index<0>, .*along_option<
// Two orders: the first would be lost.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(along<axis::output, linear, cosine>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(along<axis::output, linear, quadratic>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
