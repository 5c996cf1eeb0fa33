// expect: polyfold: a shortcut has at least one channel and a stride of at least 1
// facts: layer_index<1>, .*padded_identity_layer<4, 0,
// A stride that never gets anywhere.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | residual(conv2d<4, 1>(stride<2>), padded_identity<4, 2>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | residual(conv2d<4, 1>(stride<2>), padded_identity<4, 0>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
