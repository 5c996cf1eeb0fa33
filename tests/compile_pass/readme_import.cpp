// The program of docs/import.md, from a file of weights to a header, in a file that calls all names of the standard library
// and of polyfold at hand, beside glibc's `error`.
#include <error.h>

#include <algorithm>
#include <memory>
#include <ranges>
using namespace std;

#include <polyfold/polyfold.hpp>
using namespace polyfold;

constexpr auto exact_net = make_resnet<cifar_resnet(20, 10, shortcut::convolution)>();
constexpr auto small_net = make_resnet<cifar_resnet(20, 10, shortcut::convolution)>(along<axis::kernel, linear>);
constexpr auto final_net = without_batch_norm(small_net);

int main() {
  auto exact = std::make_unique<network<exact_net>>();
  load_weights("resnet20.npz", *exact);
  auto small = std::make_unique<network<small_net>>();
  fit(*exact, *small);

  dataset_splits const data = load_dataset("cifar-10");
  dataset images(data.training, cifar10_normalisation());  // what the weights were trained with
  images.shuffle(1);
  recalibrate_batch_norm(*small, images);  // its statistics, with the new weights
  thread_pool threads(2);
  trainer retraining(*small, {.epochs = 10, .shift = 4, .flip = true}, threads);
  retraining.run(images);

  auto folded = std::make_unique<network<final_net>>();
  fold_batch_norm(*small, *folded);
  network<final_net, in_bytes> bytes;
  quantise(*folded, bytes);
  write_coefficient_header("resnet20.hpp", bytes, {"resnet20", "final_net", "my_networks.hpp"});
}
