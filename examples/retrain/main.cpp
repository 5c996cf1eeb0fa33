#include <iostream>
#include <memory>
#include <polyfold/polyfold.hpp>
using namespace polyfold;

int main(int argc, char** argv) try {
  if (argc != 3) throw failure("usage: retrain MNIST_FOLDER DENSE_NETWORK");
  image_set const images = read_mnist(argv[1], split::train);
  auto dense = std::make_unique<network<lenet5>>();
  load_network(argv[2], *dense);
  auto folded = std::make_unique<network<lenet5_small>>();
  fit(*dense, *folded);  // least squares, layer by layer

  dataset data(images);
  thread_pool threads(2);
  trainer retraining(*folded, training_options{.epochs = 40}, threads);
  retraining.run(data);
  save_network("small.safetensors", *folded);
  write_coefficient_header("digits.hpp", *folded, {.constant = "digits", .pipeline = "polyfold::lenet5_small"});
} catch (std::exception const& caught) {  // polyfold's own say what is wrong, where, and what helps
  std::cerr << caught.what() << '\n';
  return 1;
}
