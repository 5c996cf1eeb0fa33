// expect: polyfold: a network has one input<C, H, W>, and it stands in front of all layers
// facts: layer_index<1>, .*pipeline<
// Two inputs.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<64> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | dense<64> | input<64, 1, 1> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
