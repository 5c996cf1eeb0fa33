// expect: polyfold: run takes a workspace of the network that it runs, and this is another's or none
// facts: run_takes<.*aligned_workspace<
// Packed maps have borders.

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
static network<description, in_floats, packed> net;

static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
static network<description, in_floats, packed>::workspace<> workspace;
#else
static network<description>::workspace<float> workspace;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
