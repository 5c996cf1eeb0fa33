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

}  // namespace recorded
