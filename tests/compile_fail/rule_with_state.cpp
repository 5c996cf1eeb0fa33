// expect: polyfold: a rule of approximations is a function object without state
// A rule that captures what is not a constant of its type.

#include <polyfold/inference.hpp>

using namespace polyfold;

consteval auto rule_up_to(int stage) {
#ifdef POLYFOLD_COMPILE_PASS
  (void)stage;
  return [](layer_place l) { return l.stage <= 1 ? approximation(exact) : approximation(along<axis::kernel, linear>); };
#else
  return [stage](layer_place l) {
    return l.stage <= stage ? approximation(exact) : approximation(along<axis::kernel, linear>);
  };
#endif
}

constexpr auto pipeline_under_test = make_lenet5(relu, rule_up_to(1));
using net_type = network<pipeline_under_test>;
static_assert(net_type::workspace_size > 0);
