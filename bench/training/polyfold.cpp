// One epoch of the dense LeNet-5 on MNIST by polyfold's trainer: training_polyfold MNIST_FOLDER THREADS BATCH
// Prints the seconds of the epoch and the mean loss over it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <polyfold/models/lenet5.hpp>
#include <polyfold/polyfold.hpp>
#include <polyfold/text.hpp>

#include "../../examples/program.hpp"

static int run(int argc, char** argv) {
  using namespace polyfold;
  if (argc != 4) throw failure("usage: training_polyfold MNIST_FOLDER THREADS BATCH");
  auto const number = [](char const* text) {
    std::optional<int> const n = to_number<int>(text);
    if (!n) throw failure(std::string("'") + text + "' is no whole number");
    return *n;
  };
  image_set const images = read_mnist(argv[1], split::train);
  auto net = std::make_unique<network<lenet5>>();
  initialise(*net, 1);
  dataset data(images);
  thread_pool threads(number(argv[2]));
  training_options options;
  options.epochs = 1;
  options.batch = number(argv[3]);
  options.dense_rate = 1;
  options.optimizer.learning_rate = 2e-3f;
  trainer training(*net, options, threads);
  double loss = 0;
  training.on_progress = [&](training_progress const& p) { loss = p.sums.loss / double(p.image); };
  auto const start = std::chrono::steady_clock::now();
  training.run(data);
  std::printf("%.4f %.4f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), loss);
  return EXIT_SUCCESS;
}

int main(int argc, char** argv) {
  return run_program("training_polyfold", [&] { return run(argc, argv); });
}
