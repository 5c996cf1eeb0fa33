// expect: the kernel axis is cut as a whole
// The kernel plane has no segments.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::kernel, linear>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::kernel, segment<3>, linear>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
