// expect: polyfold: the numbers of layers and options are ints, and a fraction is two of them
// facts: layer_index<0>, .*layer_of_fractions<.*dropout_layer<
// A rate as frameworks write it.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dropout<1, 2> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | dropout<0.5> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
