// expect: polyfold: a segment cannot be longer than the axis that it cuts
// facts: layer_index<0>, .*has<8>, .*needs_number_at_most<3>
// The first convolution of a model reads three channels.

#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto description = make_resnet<cifar_resnet(20)>(along<axis::channel, segment<3>, linear>);
#else
constexpr auto description = make_resnet<cifar_resnet(20)>(along<axis::channel, segment<8>, linear>);
#endif

static network<description> net;
int main() { return net.parameters.empty(); }
