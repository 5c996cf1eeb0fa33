// expect: polyfold: run takes a tensor and a workspace, or pointers to the memory of both
// facts: run_given<.*float
// Bare memory of the image alone.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

#ifdef POLYFOLD_COMPILE_PASS
static tensor<float, shape{1, 28, 28}> image;
#else
static float const* image = nullptr;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
