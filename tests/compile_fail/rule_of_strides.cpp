// expect: polyfold: a rule of approximations is an option that approximates, a per_layer
// A lambda without its return type returns the option itself, and it is none that approximates.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = make_lenet5(relu, [](layer_place) { return along<axis::kernel, linear>; });
#else
constexpr auto description = make_lenet5(relu, [](layer_place) { return stride<2>; });
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
