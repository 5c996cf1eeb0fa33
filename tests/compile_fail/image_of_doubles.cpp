// expect: polyfold: the image holds other numbers than the workspace
// facts: run_given<.*tensor<double,
// A tensor of double and a workspace of float.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

#ifdef POLYFOLD_COMPILE_PASS
static tensor<float, shape{1, 28, 28}> image;
#else
static tensor<double, shape{1, 28, 28}> image;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
