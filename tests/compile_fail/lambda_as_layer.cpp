// expect: polyfold: what stands between two . is no layer
// facts: layer_index<0>, .*not_a_layer<.*lambda
// A function for every value. A lambda is right as a rule, with a layer behind the model too.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description =
    without_batch_norm(make_lenet5(relu, [](layer_place) -> approximation { return exact; }) | softmax);
#else
constexpr auto description = input<1, 28, 28> | [](float x) { return x * x; } | dense<10>;
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
