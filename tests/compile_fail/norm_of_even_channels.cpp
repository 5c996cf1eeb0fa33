// expect: polyfold: local response norm looks at an odd number of channels
// facts: layer_index<1>, .*local_response_norm_layer<4,
// A channel and its neighbours on both sides are an odd number.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | relu | local_response_norm<5> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | relu | local_response_norm<4> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
