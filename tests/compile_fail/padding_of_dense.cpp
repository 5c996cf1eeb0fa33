// expect: polyfold: a layer does not take this option
// facts: layer_index<0>, .*dense_layer<8, .*padding_option<1>
// A dense layer has no window to pad.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | dense<8>;
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | dense<8>(padding<1>);
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
