// expect: polyfold: a layer cannot read the shape that reaches it
// facts: layer_index<3>, .*given<4, 3, 3>, .*needs_at_least<1, 5, 5>
// A kernel that is larger than what reaches it, deep in a chain.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<1, 8, 8> | conv2d<4, 3> | relu | max_pool<2> | conv2d<2, 3>;
#else
constexpr auto pipeline_under_test = input<1, 8, 8> | conv2d<4, 3> | relu | max_pool<2> | conv2d<2, 5>;
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
