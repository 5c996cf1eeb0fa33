// expect: polyfold: pooling has a window of at least 1 x 1 and pads by at most half of it
// facts: layer_index<0>, .*max_pool_layer<3, .*padding_option<2>
// Windows that lie in the padding.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | max_pool<3>(padding<1>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | max_pool<3>(padding<2>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
