// expect: polyfold: a dense layer has at least one output
// facts: layer_index<1>, .*dense_layer<0>
// A dense layer without outputs.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | relu | dense<1>;
#else
constexpr auto description = input<1, 28, 28> | relu | dense<0>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
