// expect: a stride, padding, groups or missing biases are no part of one
// A rule that says what is no approximation for some of the layers.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = make_lenet5(relu, [](layer_place l) -> approximation {
  if (l.stage == 1) return exact;
#ifdef POLYFOLD_COMPILE_PASS
  return along<axis::kernel, linear>;
#else
  return stride<2>;
#endif
});
static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
