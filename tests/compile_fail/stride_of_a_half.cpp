// expect: polyfold: the numbers of layers and options are ints
// facts: layer_index<0>, .*conv2d_layer<6, 5, 5, .*option_of_fractions<.*stride_option<0>
// A stride below one, as of a transposed convolution.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(stride<2>);
#else
constexpr auto description = input<1, 28, 28> | conv2d<6, 5>(stride<0.5>);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
