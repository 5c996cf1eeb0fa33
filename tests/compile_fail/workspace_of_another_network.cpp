// expect: polyfold: run takes a workspace of the network that it runs, and this is another's or none
// facts: run_takes<.*tensor<float, .*1, 28, 28.*std::array<float, 3466>
// A workspace of another network is too small or too large.

#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;
static network<description> net;
static tensor<float, shape{1, 28, 28}> image;

#ifdef POLYFOLD_COMPILE_PASS
static network<description>::workspace<float> workspace;
#else
static network<other>::workspace<float> workspace;
#endif

int main() { return net.run(image, workspace)(0, 0, 0) > 0; }
