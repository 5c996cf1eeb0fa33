// A program's constant memory, for check.cmake to measure: networks and the constants of their bases, beside objects as large as
// the library says they are.
#include <polyfold/inference.hpp>

using namespace polyfold;

namespace {
// Both layers cut 40 positions by ten functions, one cuts biases by cosines, and one kernel by a half table.
constexpr auto high_orders = input<1, 9, 9> |
                             conv2d<40, 5>(along<axis::kernel, order<3>>, along<axis::output, order<9>>) | relu |
                             dense<40>(along<axis::output, order<9>>) | dense<33>(bias_along<order<4>, cosine>);
using first = network<lenet5_small>;
using second = network<high_orders>;
}  // namespace

extern "C" {
extern first const net_first{};
extern second const net_second{};
extern char const counted_stored[first::total_cost().stored_bytes() + second::total_cost().stored_bytes()]{};
}

// The two networks share no constants.
extern "C" char const counted_constants[first::total_cost().table_bytes + second::total_cost().table_bytes]{};

extern "C" float run(float const* image, float* workspace) {
  return net_first.run(image, workspace)[0] + net_second.run(image, workspace)[0];
}
