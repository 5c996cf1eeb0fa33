// expect: polyfold: local response norm has an offset of at least 1
// facts: layer_index<0>, .*local_response_norm_layer<5, 0,
// Without an offset a map of zeros is divided by zero.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | local_response_norm<5, 1> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | local_response_norm<5, 0> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
