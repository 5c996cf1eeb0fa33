// expect: a segment of L weights takes at most order L - 1
// The same for a segment of one kernel row.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::flat, segment<3>, order<2>>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::flat, segment<3>, order<3>>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
