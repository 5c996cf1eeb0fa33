// expect: polyfold: the numbers of layers and options are ints
// facts: layer_index<0>, .*layer_of_fractions<.*dense_layer<10>
// A computed number that is no int.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<10>(no_bias);
#else
constexpr auto description = input<1, 28, 28> | dense<10.5>(no_bias);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
