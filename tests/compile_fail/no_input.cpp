// expect: polyfold: a network is made of input<C, H, W> . layer . layer
// facts: wrong_description<.*chain<.*conv2d_layer<6, 5, 5>
// Layers alone: nothing says what they read.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
#else
constexpr auto description = conv2d<6, 5> | relu | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
