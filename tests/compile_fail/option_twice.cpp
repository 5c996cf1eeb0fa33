// expect: polyfold: a layer is given the same option twice
// facts: layer_index<0>, .*padding_option<1>, .*padding_option<2>
// Two paddings: neither would be right.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(padding<1>, stride<2>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(padding<1>, stride<2>, padding<2>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
