// expect: polyfold: dropout zeroes a share between 0 and 1
// facts: layer_index<0>, .*dropout_layer<3, 2>
// A layer refuses its own arguments, and the network goes on without another error.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dropout<2, 3> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | dropout<3, 2> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
