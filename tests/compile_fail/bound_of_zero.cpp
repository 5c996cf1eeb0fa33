// expect: polyfold: the bound of bounded_relu is above 0
// facts: layer_index<0>, .*bounded_relu_function<0, 1>
// All outputs would be zero.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | bounded_relu<1> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | bounded_relu<0> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
