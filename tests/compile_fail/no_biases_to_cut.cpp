// expect: there are no biases to cut
// Biases that a layer does not have cannot be approximated.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(bias_along<linear>);
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | conv2d<8, 3>(no_bias, bias_along<linear>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
