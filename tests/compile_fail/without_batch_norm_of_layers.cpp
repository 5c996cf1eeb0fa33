// expect: polyfold: a network is made of input<C, H, W> . layer . layer
// facts: wrong_description<.*chain<.*conv2d_layer<6, 5, 5>
// Batch norm is folded in a whole description.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = without_batch_norm(input<1, 28, 28> | conv2d<6, 5> | batch_norm);
#else
constexpr auto description = without_batch_norm(conv2d<6, 5> | batch_norm);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
