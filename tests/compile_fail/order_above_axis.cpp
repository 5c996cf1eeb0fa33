// expect: an axis of N positions takes at most order N - 1
// Six channels have six functions, all of them at order 5.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::channel, order<5>>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::channel, order<6>>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
