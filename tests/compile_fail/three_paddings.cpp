// expect: polyfold: stride and dilation take one number or two, down and across; padding takes one, two, or four
// facts: layer_index<0>, .*conv2d_layer<4, 3, 3, .*padding_option<1, 1, 0>
// A number for three of the four sides.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(padding<1, 1, 0, 0>);
#else
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(padding<1, 1, 0>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
