// expect: polyfold: a layer cannot read the shape that reaches it
// facts: layer_index<1>, .*given<6, 5, 5>, .*needs_channels_at_most<4>
// A shortcut by padding that would have to leave channels out.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto pipeline_under_test = input<6, 5, 5> | relu | padded_identity<6, 2>;
#else
constexpr auto pipeline_under_test = input<6, 5, 5> | relu | padded_identity<4, 2>;
#endif

using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
