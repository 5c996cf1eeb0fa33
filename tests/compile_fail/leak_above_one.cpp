// expect: polyfold: the leak of leaky_relu lies between 0 and 1
// facts: layer_index<0>, .*leaky_relu_function<3, 2>
// A denominator of zero is none either.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | leaky_relu<2, 3> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | leaky_relu<3, 2> | leaky_relu<1, 0> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
