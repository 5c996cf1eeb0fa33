// expect: polyfold: an option stands in the call of its layer
// facts: layer_index<1>, .*padding_option<2>
// An option behind a |.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(padding<2>) | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | padding<2> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
