// expect: polyfold: run takes an image and a workspace, as in net.run
// A network holds no memory of its own.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;
static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
#else
int main() { return net.run(image)(0, 0, 0) > 0; }
#endif
