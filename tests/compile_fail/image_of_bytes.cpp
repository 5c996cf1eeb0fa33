// expect: polyfold: the image holds other numbers than the workspace
// facts: run_given<unsigned char
// Pixels as a camera gives them.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

#ifdef POLYFOLD_COMPILE_PASS
static float image[784];
#else
static unsigned char image[784];
#endif

int main() { return net.run(image, workspace.data())(0, 0, 0) > 0; }
