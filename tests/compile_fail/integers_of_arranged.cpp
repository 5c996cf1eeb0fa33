// expect: polyfold: this operation has no integer form
// facts: no_integer_form<.*arranged_product
// Level numbers of arranged weights.

#include <polyfold/integers.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 8, 8> | dense<4>;
#else
constexpr auto description = input<1, 8, 8> | dense<4>(arranged<2, linear, 3>);
#endif

static network<description, in_int8> net;
static network<description, in_int8>::workspace<> workspace;
int main() {
  tensor<std::uint8_t, shape{1, 8, 8}> const image{};
  return net.run(image, workspace)[0] > 0;
}
