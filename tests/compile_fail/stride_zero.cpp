// expect: a stride is at least 1
// facts: layer_index<0>, .*has<-*[01]>, .*needs_number_at_least<[01]>
// A stride of 0.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(stride<2>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(stride<0>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
