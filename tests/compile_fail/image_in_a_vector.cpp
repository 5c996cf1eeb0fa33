// expect: polyfold: run takes its image as a tensor<float, shape.C, H, W.> or a view of one
// facts: run_given<std::vector<float
// A vector does not say its shape.

#include <polyfold/inference.hpp>
#include <vector>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;

#ifdef POLYFOLD_COMPILE_PASS
static tensor<float, shape{1, 28, 28}> image;
#else
static std::vector<float> image(784);
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
