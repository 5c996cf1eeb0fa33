// Runs the network of an exported header, named on the command line by -include, on an image of zeros, as a device would.
// Prints the outputs.
#include <cstdio>

using network_type = decltype(recorded_network);
static network_type::workspace<float> workspace;
static polyfold::tensor<float, polyfold::network<tiny::dense_network>::input_shape> image;

int main() {
  for (float const output : recorded_network.run(image, workspace)) std::printf("%g ", double(output));
}
