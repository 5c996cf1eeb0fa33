// expect: a flat approximation already covers the channel and kernel axes
// The flat axis is the channel and kernel axes in one.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::flat, segment<9>, linear>);
#else
constexpr auto pipeline_under_test =
    input<6, 5, 5> | conv2d<8, 3>(along<axis::flat, segment<9>, linear>, along<axis::kernel, linear>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
