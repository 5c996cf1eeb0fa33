// expect: polyfold: a layer does not take this option
// facts: layer_index<0>, .*average_pool_layer<2, 2, .*dilation_option<2>
// Averages have no gaps.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<2, 9, 9> | average_pool<2>(stride<2>);
#else
constexpr auto pipeline_under_test = input<2, 9, 9> | average_pool<2>(dilation<2>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
