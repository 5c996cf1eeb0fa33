// expect: arranged weights cannot be cut along an axis as well
// Arranged weights lie on one curve.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(arranged<2, linear, 3>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(arranged<2, linear, 3>, along<axis::output, linear>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
