// expect: polyfold: this layer takes no options
// facts: layer_index<1>, .*layer_with_wrong_options<.*along_option<
// An activation has nothing to approximate.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(along<axis::kernel, linear>) | relu | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu(along<axis::kernel, linear>) | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
