// expect: polyfold: per_layer lists more approximations than the model has layers with weights
// A list of approximations that is longer than the model.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = make_lenet5(relu, per_layer(exact, exact, exact, exact, exact));
#else
constexpr auto pipeline_under_test = make_lenet5(relu, per_layer(exact, exact, exact, exact, exact, exact));
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
