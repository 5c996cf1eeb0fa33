// expect: polyfold: the result of run lies in the workspace, which must not be a temporary
// The result would lie in memory that is gone.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description> net;
static network<description>::workspace<float> workspace;
static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
#else
int main() { return net.run(image, network<description>::workspace<float>{})(0, 0, 0) > 0; }
#endif
