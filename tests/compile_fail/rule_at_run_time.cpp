// expect: polyfold: a rule of approximations is computed by the compiler
// A rule that reads a variable.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr int exact_stages = 1;
#else
int exact_stages = 1;
#endif

constexpr auto description = make_lenet5(relu, [](layer_place l) -> approximation {
  if (l.stage <= exact_stages) return exact;
  return along<axis::kernel, linear>;
});
static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
