// expect: polyfold: a layer does not take this option
// facts: layer_index<0>, .*conv2d_layer<4, 3, 3, .*ceil_mode_option
// Only poolings round up.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<2, 9, 9> | max_pool<2>(ceil_mode);
#else
constexpr auto pipeline_under_test = input<2, 9, 9> | conv2d<4, 3>(ceil_mode);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
