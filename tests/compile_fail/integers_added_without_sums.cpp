// expect: polyfold: in integers an addition follows a convolution, without an activation between them
// facts: no_integer_form<.*add_operation
// Both branches end in an activation.

#include <polyfold/integers.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description =
    input<1, 8, 8> | conv2d<2, 3> | relu | residual(conv2d<2, 3>(padding<1>)) | relu | dense<2>;
#else
constexpr auto description =
    input<1, 8, 8> | conv2d<2, 3> | relu | residual(conv2d<2, 3>(padding<1>) | relu) | dense<2>;
#endif

static network<description, in_int8> net;
static network<description, in_int8>::workspace<> workspace;
int main() {
  tensor<std::uint8_t, shape{1, 8, 8}> const image{};
  return net.run(image, workspace)[0] > 0;
}
