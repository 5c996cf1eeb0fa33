// expect: polyfold: run takes a workspace of the network that it runs, and this is another's or none
// facts: run_given<.*std::array<float, 3466>
// A network in bytes also decodes its numbers in the workspace.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description, in_bytes> net;

static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
static network<description, in_bytes>::workspace<float> workspace;
#else
static network<description>::workspace<float> workspace;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
