// expect: padding cannot be negative
// facts: layer_index<0>, .*has<-*[01]>, .*needs_number_at_least<[01]>
// Negative padding.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(padding<1>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(padding<-1>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
