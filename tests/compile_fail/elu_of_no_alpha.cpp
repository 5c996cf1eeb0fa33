// expect: polyfold: the alpha of elu is above 0
// facts: layer_index<0>, .*elu_function<1, 0>
// An alpha without a denominator.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | elu<1, 2> | dense<10>;
#else
constexpr auto description = input<1, 28, 28> | elu<1, 0> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
