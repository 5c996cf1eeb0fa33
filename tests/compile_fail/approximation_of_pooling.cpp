// expect: polyfold: a layer does not take this option
// facts: layer_index<0>, .*max_pool_layer<2, .*along_option<
// Pooling has no weights.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | max_pool<2>(stride<1>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | max_pool<2>(along<axis::kernel, linear>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
