// What the configurations of the program share: data, settings, and the record that each leaves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/models/lenet5.hpp>
#include <polyfold/network.hpp>
#include <polyfold/report/summary.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/train/dataset.hpp>
#include <polyfold/train/evaluate.hpp>

struct settings {
  std::filesystem::path output;
  int epochs = 0;  // of retraining; 0: each configuration's own number
  int dense_epochs = 12;
  std::uint64_t seed = 1;
  bool terminal = false;
};

struct experiment {
  settings chosen;
  polyfold::thread_pool threads;
  polyfold::dataset training;
  polyfold::dataset held_out;  // the test images, or with --validate the last training images
};

/// A trained network and what was measured of it.
struct outcome {
  std::string name;
  polyfold::network_summary summary;
  polyfold::evaluation result;  // of the file that was written, read again
  int epochs = 0;
  double seconds = 0;  // of training
  /// Runs the network on images, one after the other on one thread: microseconds an image.
  std::function<double(std::vector<float> const& images)> time_per_image;
};

using dense_network = polyfold::network<polyfold::lenet5>;

/// Loads the dense network that an earlier run with the same settings left, or trains it.
outcome train_dense(experiment&, dense_network&);
/// Each fits itself to the dense network and retrains.
outcome retrain_paper(experiment&, dense_network const&);
outcome retrain_small(experiment&, dense_network const&);
/// Goes on from the network that `retrain_small` has written.
outcome retrain_small_8_bits(experiment&);
outcome retrain_arranged(experiment&, dense_network const&);
/// The control: a thin dense LeNet-5 with about as many numbers as `small`, trained for as many epochs as the dense
/// network and `small` together.
outcome train_thin(experiment&);

/// Epochs of retraining of the small configuration.
int small_epochs(settings const&);
