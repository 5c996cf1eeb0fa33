// What a training run may be told.
#pragma once

#include <cstdint>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/data/augmentation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/loss.hpp>
#include <polyfold/train/optimizer.hpp>

namespace polyfold {

struct training_options {
  int epochs = 10;
  int rounded_epochs = 0;        // the last so many run on rounded numbers: see trainer::rounding
  int batch = 64;                // images of a step; rounded up to groups of 16
  int shift = 0;                 // augmentation: every image is moved by up to so many pixels, both ways
  bool flip = false;             // augmentation: every second image is mirrored left to right
  affine_changes affine{};       // augmentation: images are turned, scaled, sheared and moved
  int cutout = 0;                // augmentation: a square of so many pixels a side, anywhere, is blanked
  std::uint64_t seed = 1;        // of order, augmentation and dropout
  float dense_rate = 0.25f;      // factor on the learning rate of dense layers
  float statistics_rate = 0.1f;  // of batch norm's running averages
  float label_smoothing = 0;     // share of the target that all classes have alike
  float average_epochs = 0;      // > 0: the network ends as the mean of its steps, one so many epochs ago weighing 1/e
  int statistics_images = 0;     // > 0: batch norm's statistics are taken anew from so many images at the end
  optimizer_options optimizer{};
  distillation distil{};

  /// Throws `failure` where an option lies out of its range. A trainer does so before anything else; a program whose user
  /// chooses options may want to know before it loads data.
  void check() const {
    auto const require = [](bool right, char const* name, auto value, char const* expected) {
      if (right) return;
      text_stream text;
      text << "training options: " << name << " is " << value << "; expected " << expected << ".";
      throw failure(text.str());
    };
    auto const positive = [&](char const* name, float const& value) {
      require(core::is_finite(value) && value > 0, name, value, "a finite number above 0");
    };
    auto const factor = [&](char const* name, float const& value) {
      require(core::is_finite(value) && value >= 0, name, value, "a finite number, 0 or above");
    };
    auto const share = [&](char const* name, float const& value, char const* expected = "a number from 0 to 1") {
      require(core::is_finite(value) && value >= 0 && value <= 1, name, value, expected);
    };
    auto const decay = [&](char const* name, float const& value) {
      require(core::is_finite(value) && value >= 0 && value < 1, name, value, "at least 0, and below 1");
    };
    require(epochs >= 1, "epochs", epochs, "at least 1");
    require(rounded_epochs >= 0 && rounded_epochs <= epochs, "rounded_epochs", rounded_epochs,
            "0 to as many as there are epochs");
    require(batch >= 1 && batch <= 1'000'000, "batch", batch, "1 to 1,000,000 images");
    require(shift >= 0 && shift <= 4096, "shift", shift, "0 to 4096 pixels");
    require(core::is_finite(affine.rotation) && affine.rotation >= 0 && affine.rotation <= 180, "rotation",
            affine.rotation, "0 to 180 degrees");
    decay("scale", affine.scale);
    factor("shear", affine.shear);
    require(core::is_finite(affine.shift) && affine.shift >= 0 && affine.shift <= 4096, "affine shift", affine.shift,
            "0 to 4096 pixels");
    require(cutout >= 0 && cutout <= 4096, "cutout", cutout, "0 to 4096 pixels");
    decay("label_smoothing", label_smoothing);
    factor("average_epochs", average_epochs);
    require(statistics_images == 0 || statistics_images >= 16, "statistics_images", statistics_images,
            "0, or 16 at least");
    positive("learning_rate", optimizer.learning_rate);
    factor("dense_rate", dense_rate);
    factor("weight_decay", optimizer.weight_decay);
    decay("momentum", optimizer.momentum);
    decay("beta2", optimizer.beta2);
    share("warm_up", optimizer.warm_up, "a share of all steps, from 0 to 1");
    share("statistics_rate", statistics_rate);
    share("weight of the distillation", distil.weight);
    positive("temperature of the distillation", distil.temperature);
  }
};

}  // namespace polyfold
