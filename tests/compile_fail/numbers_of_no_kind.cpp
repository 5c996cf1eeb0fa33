// expect: polyfold: a network's second argument says what kind of numbers it has: in_floats, in_bytes or in_int8
// facts: wrong_engine<int
// How many bits is no kind of numbers.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | dense<10>;
#ifdef POLYFOLD_COMPILE_PASS
using net_type = network<description, in_bytes>;
#else
using net_type = network<description, 8>;
#endif

static net_type net;
static net_type::workspace<float> workspace;
int main() {
  tensor<float, net_type::input_shape> const image{};
  return net.run(image, workspace)[0] > 0;
}
