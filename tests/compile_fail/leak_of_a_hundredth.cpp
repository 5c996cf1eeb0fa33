// expect: polyfold: the numbers of layers and options are ints, and a fraction is two of them
// facts: layer_index<1>, .*layer_of_fractions<.*leaky_relu_function<
// A slope with a decimal point. A bound that is whole may have one.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | bounded_relu<6.0> | leaky_relu<1, 100> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | bounded_relu<6.0> | leaky_relu<0.01f> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
