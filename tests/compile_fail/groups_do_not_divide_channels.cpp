// expect: polyfold: a layer cannot read the shape that reaches it
// facts: layer_index<1>, .*given<6, 5, 5>, .*needs_channels_divisible_by<4>
// Groups that do not divide the channels.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | relu | conv2d<8, 3>(groups<2>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | relu | conv2d<8, 3>(groups<4>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
