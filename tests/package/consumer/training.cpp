#include <polyfold/train/trainer.hpp>

#include "digits.hpp"

int main() {
  image_set images{.channels = 1, .height = 12, .width = 12, .pixels = {}, .labels = {3, 4}};
  images.pixels.assign(2 * images.image_bytes(), 100);
  dataset data(images);
  network<digits> net = fives();
  thread_pool threads(2);
  trainer training(net, training_options{.epochs = 1}, threads);
  training.run(data);
  return net.parameters != fives().parameters ? 0 : 1;
}
