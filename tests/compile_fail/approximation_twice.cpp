// expect: polyfold: a layer is given the same option twice
// facts: layer_index<0>, .*along_option<.*approximated_option<
// An approximation as a whole would take back what is said of an axis.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<10>(along<axis::kernel, linear>, along<axis::output, linear>);
#else
constexpr auto description =
    input<1, 28, 28> | dense<10>(along<axis::kernel, linear>, approximated<along<axis::output, linear>>);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
