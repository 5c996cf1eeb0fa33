// expect: polyfold: run takes its image as a tensor<float, shape.C, H, W.> or a view of one, or as an array or a span
// facts: run_given<.*array<float, 783>
// An array of a pixel less than the image has.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

int main() {
#ifdef POLYFOLD_COMPILE_PASS
  std::array<float, 784> const image{};
#else
  std::array<float, 783> const image{};
#endif
  return net.run(image, workspace)[0] > 0;
}
