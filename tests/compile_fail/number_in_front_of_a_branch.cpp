// expect: polyfold: what stands between two . is no layer
// facts: layer_index<1>, .*not_a_layer<int>
// A branch that begins with no layer.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | relu | residual(relu | conv2d<1, 1>()) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | relu | residual(1 | conv2d<1, 1>()) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
