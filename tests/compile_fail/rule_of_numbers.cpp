// expect: polyfold: a rule of approximations is an option that approximates, a per_layer
// A rule returns an approximation.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = make_lenet5(relu, [](layer_place l) -> approximation {
  return l.stage == 1 ? approximation(exact) : along<axis::kernel, linear>;
});
#else
constexpr auto description = make_lenet5(relu, [](layer_place l) { return l.stage; });
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
