// expect: a stride, padding, groups or missing biases are no part of one
// A rule that would change more than the approximation.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = make_lenet5(relu, per_layer(all_of(along<axis::kernel, linear>)));
#else
constexpr auto pipeline_under_test = make_lenet5(relu, per_layer(all_of(along<axis::kernel, linear>, stride<2>)));
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
