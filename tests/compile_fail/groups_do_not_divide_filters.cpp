// expect: the filters of a convolution divide evenly into its groups
// Groups that do not divide the filters.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<9, 3>(groups<3>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(groups<3>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
