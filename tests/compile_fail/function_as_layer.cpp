// expect: polyfold: what stands between two . is no layer
// facts: layer_index<0>, .*not_a_layer<double
// The C library's tanh.

#include <cmath>
#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | tanh_activation | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | tanh | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
