// expect: polyfold: a convolution has at least one filter
// facts: layer_index<0>, .*conv2d_layer<0, 5, 5, .*padding_option<2>
// A convolution without filters.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<1, 5>(padding<2>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<0, 5>(padding<2>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
