// expect: polyfold: in integers a network ends with a convolution or a dense layer, whose sums are its logits
// facts: no_integer_form<
// Logits of 16 bits are sums.

#include <polyfold/integers.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 8, 8> | conv2d<2, 3> | relu | global_average_pool | dense<2>;
#else
constexpr auto description = input<1, 8, 8> | conv2d<2, 3> | relu | global_average_pool;
#endif

static network<description, in_int8> net;
static network<description, in_int8>::workspace<> workspace;
int main() {
  tensor<std::uint8_t, shape{1, 8, 8}> const image{};
  return net.run(image, workspace)[0] > 0;
}
