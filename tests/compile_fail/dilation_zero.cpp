// expect: polyfold: a dilation is at least 1
// facts: layer_index<0>, .*conv2d_layer<4, 3, 3, .*dilation_option<0, 2>.*has<0>.*needs_number_at_least<1>
// A kernel whose weights lie on one another.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(dilation<1, 2>);
#else
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(dilation<0, 2>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
