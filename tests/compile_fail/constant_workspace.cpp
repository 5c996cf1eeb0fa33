// expect: polyfold: run writes to its workspace, so it cannot be const
// A workspace is written to.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
static network<description>::workspace<float> workspace;
#else
static network<description>::workspace<float> const workspace{};
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
