// expect: polyfold: the two branches of a residual block end in different shapes
// facts: layer_index<2>, .*given<4, 6, 6>, .*needs_exactly<8, 6, 6>
// The branches of a residual block have different shapes.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<4, 6, 6> | residual(conv2d<8, 3>(padding<1>) | relu, conv2d<8, 1>);
#else
constexpr auto pipeline_under_test = input<4, 6, 6> | residual(conv2d<8, 3>(padding<1>) | relu);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
