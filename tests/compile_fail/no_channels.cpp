// expect: polyfold: the input of a network has at least one channel, row and column
// facts: wrong_description<.*pipeline<
// An input without channels.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<10>;
#else
constexpr auto description = input<0, 28, 28> | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
