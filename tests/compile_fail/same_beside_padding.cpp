// expect: polyfold: a layer is given the same option twice, or both padding and same_padding
// facts: layer_index<0>, .*conv2d_layer<4, 3, 3, .*padding_option<1>, .*same_padding_option
// Two paddings.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(same_padding);
#else
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(padding<1>, same_padding);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
