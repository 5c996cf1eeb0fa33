// expect: polyfold: in integers activations are relu, bounded relu and leaky relu, behind a convolution or a dense layer
// facts: no_integer_form<.*tanh_function
// A function of numbers that codes would have to be looked up for.

#include <polyfold/integers.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 8, 8> | conv2d<2, 3> | relu | dense<4>;
#else
constexpr auto description = input<1, 8, 8> | conv2d<2, 3> | tanh_activation | dense<4>;
#endif

static network<description, in_int8> net;
static network<description, in_int8>::workspace<> workspace;
int main() {
  tensor<std::uint8_t, shape{1, 8, 8}> const image{};
  return net.run(image, workspace)[0] > 0;
}
