// expect: polyfold: a network's third argument says how it is run: whole_maps, rolling_rows or packed
// facts: wrong_engine<.*int
// How many threads is no schedule.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | dense<10>;
#ifdef POLYFOLD_COMPILE_PASS
using net_type = network<description, in_bytes, whole_maps>;
#else
using net_type = network<description, in_bytes, 2>;
#endif

static net_type net;
static net_type::workspace<> workspace;
int main() {
  tensor<float, net_type::input_shape> const image{};
  return net.run(image, workspace)[0] > 0;
}
