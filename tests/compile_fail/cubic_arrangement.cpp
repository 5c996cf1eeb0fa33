// expect: polyfold: arranged weights take curves of order 0, 1 or 2
// facts: layer_index<0>, .*has<3>, .*needs_number_at_most<2>
// Curves of levels are computed by running sums.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<10>(arranged<4, quadratic, 5>);
#else
constexpr auto description = input<1, 28, 28> | dense<10>(arranged<4, order<3>, 5>);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
