// expect: polyfold: a network is made of input<C, H, W> . layer . layer
// facts: wrong_description<.*not_a_layer<int>
// A size in the place of the input.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | relu | dense<10>;
#else
constexpr auto description = 28 | relu | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
