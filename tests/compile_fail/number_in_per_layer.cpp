// expect: polyfold: per_layer lists approximations
// facts: per_layer_rule<.*option_set<>, int>
// An order alone is no approximation.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = make_lenet5(relu, per_layer(exact, along<axis::kernel, linear>));
#else
constexpr auto description = make_lenet5(relu, per_layer(exact, 1));
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
