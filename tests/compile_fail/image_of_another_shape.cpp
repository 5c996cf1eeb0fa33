// expect: polyfold: the image has another shape than the network reads
// facts: run_given<.*tensor<float, .*1, 32, 32.*run_takes<.*tensor<float, .*1, 28, 28
// Images of 32 x 32 for a network that reads 28 x 28.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

#ifdef POLYFOLD_COMPILE_PASS
static tensor<float, shape{1, 28, 28}> image;
#else
static tensor<float, shape{1, 32, 32}> image;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
