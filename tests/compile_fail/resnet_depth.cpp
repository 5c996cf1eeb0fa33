// expect: polyfold: a ResNet has a stage of blocks; for small images its depth is 6 n . 2
// A ResNet of depth 21 does not exist.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = make_resnet<cifar_resnet(20)>();
#else
constexpr auto description = make_resnet<cifar_resnet(21)>();
#endif

static network<description> net;
int main() { return net.parameters.empty(); }
