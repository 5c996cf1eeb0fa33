// expect: polyfold: a layer cannot read the shape that reaches it
// facts: layer_index<1>, .*given<4, 2, 3>, .*needs_at_least<1, 3, 3>
// A pooling window that is larger than its input.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<1, 4, 5> | conv2d<4, 3> | max_pool<2>;
#else
constexpr auto pipeline_under_test = input<1, 4, 5> | conv2d<4, 3> | max_pool<3>;
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
