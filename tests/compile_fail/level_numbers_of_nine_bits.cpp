// expect: polyfold: a level number takes 1 to 8 bits
// facts: layer_index<0>, .*has<9>, .*needs_number_at_most<8>
// A level number has a byte at most.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<10>(arranged<4, linear, 8>);
#else
constexpr auto description = input<1, 28, 28> | dense<10>(arranged<4, linear, 9>);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
