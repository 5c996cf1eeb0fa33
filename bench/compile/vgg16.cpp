// A program that runs one image: what a user compiles.
#include <polyfold/layers/without_batch_norm.hpp>
#include <polyfold/models/vgg16.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;
using network_type = network<without_batch_norm(vgg16_cifar<>), in_floats, packed>;

static network_type net;
static network_type::workspace<> workspace;
static float image[std::size_t(network_type::input_shape.size())];

int main() { return net.run(image, workspace)[0] > 0; }
