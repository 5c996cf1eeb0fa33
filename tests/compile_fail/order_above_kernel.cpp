// expect: a kernel of r x s weights takes at most order r . s - 2
// 3 x 3 weights have nine functions, all of them at order 4.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::kernel, order<4>>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::kernel, order<5>>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
