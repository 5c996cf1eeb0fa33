// expect: polyfold: what stands in the call of a layer is no option: options are written like padding<2>
// facts: layer_index<0>, .*conv2d_layer<6, 5, 5, int>
// A padding as a number, as other frameworks have it.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(padding<2>) | relu | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(2) | relu | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
