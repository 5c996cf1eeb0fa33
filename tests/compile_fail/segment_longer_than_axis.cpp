// expect: a segment cannot be longer than the axis that it cuts
// facts: layer_index<0>, .*along_option<.*given<6, 5, 5>, .*has<7>, .*needs_number_at_most<6>
// A segment of 7 on 6 channels.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::channel, segment<6>, linear>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(along<axis::channel, segment<7>, linear>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
