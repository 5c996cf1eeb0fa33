// How networks for small colour images are trained.
#pragma once

#include <polyfold/train/trainer.hpp>

namespace recorded {

/// Images are moved by up to 4 pixels and mirrored, as is usual for CIFAR-10.
[[nodiscard]] inline polyfold::training_options colour_options(int epochs) {
  polyfold::training_options o;
  o.epochs = epochs;
  o.shift = 4;
  o.flip = true;
  return o;
}

/// How a trained network gets used to arranged weights.
[[nodiscard]] inline polyfold::training_options arranged_options(int epochs) {
  polyfold::training_options o = colour_options(epochs);
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-3f;  // only the rounding is new to it
  return o;
}

}  // namespace recorded
