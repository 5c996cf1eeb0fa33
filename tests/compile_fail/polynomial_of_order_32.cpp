// expect: polyfold: polynomials of order 32 and above lose their orthogonality
// facts: layer_index<0>, .*has<32>, .*needs_number_at_most<31>
// Cosines have no such limit.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = input<1, 28, 28> | dense<64>(along<axis::output, order<32>, cosine>);
#else
constexpr auto description = input<1, 28, 28> | dense<64>(along<axis::output, order<32>>);
#endif

static network<description> net;
static network<description>::workspace<float> workspace;
int main() {
  tensor<float, shape{1, 28, 28}> const image{};
  return net.run(image, workspace)(0, 0, 0) > 0;
}
