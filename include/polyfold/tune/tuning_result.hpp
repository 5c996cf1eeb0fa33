// What the tuner is asked for and what it finds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <polyfold/core/cost.hpp>
#include <polyfold/train/trainer.hpp>
#include <polyfold/tune/run_time_cost.hpp>

namespace polyfold {

/// What the size of a network means.
enum class measure { bytes, multiplications };

[[nodiscard]] inline long long size_of(cost const& c, measure m) {
  return m == measure::bytes ? c.stored_bytes() : c.multiplications;
}

/// At most so much: accuracy lost (then the smallest network is sought), or size (then the most accurate one).
struct tuning_budget {
  bool limits_drop = true;
  double drop = 0;     ///< a share of the images: 0.009 is 0.9 points
  long long size = 0;  ///< of the measure
  measure measured = measure::bytes;

  [[nodiscard]] bool allows(double lost, long long network_size) const {
    return limits_drop ? lost <= drop + 1e-9 : network_size <= size;
  }
};
[[nodiscard]] inline tuning_budget at_most_drop(double share, measure minimised = measure::bytes) {
  return {true, share, 0, minimised};
}
[[nodiscard]] inline tuning_budget at_most_bytes(long long bytes) { return {false, 0, bytes, measure::bytes}; }
[[nodiscard]] inline tuning_budget at_most_multiplications(long long count) {
  return {false, 0, count, measure::multiplications};
}

struct tuning_options {
  int candidates = 18;  ///< for each layer, at most
  double shrink = 0.5;  ///< size of a stop, as a share of that of the stop before
  int refinements = 3;  ///< further stops, halving the way between the last network within a drop and the first beyond
  std::size_t sensitivity_images = 2000;  ///< of the validation images: candidates are measured on these
  std::size_t adaptation_images = 2048;  ///< of the training images: the network adapts to a candidate on these; 0: not
  std::size_t calibration_images = 256;  ///< of the training images: statistics of batch norm are taken anew from these
  stored_as stored = stored_as::float32;  ///< sizes are those of such a network; accuracies always of float32 numbers
  training_options retraining{.epochs = 1};  ///< of every stop
};

/// A network that was retrained and measured.
struct tuning_point {
  std::vector<approximation> layers;
  counted_network costs;
  int correct = 0;             ///< of the validation images
  double accuracy = 0;         ///< share of them
  double drop = 0;             ///< below the exact network's accuracy
  std::vector<float> numbers;  ///< of the exact network, with weights that the approximations can stand for
};

struct tuning_result {
  std::vector<tuning_point> points;  ///< the exact network first
  std::size_t chosen = 0;
  tuning_budget budget;

  [[nodiscard]] tuning_point const& best() const { return points[chosen]; }
  /// Whether no other point is at least as small and as accurate, and better in one.
  [[nodiscard]] bool on_front(std::size_t i) const {
    long long const size = size_of(points[i].costs.total, budget.measured);
    return std::none_of(points.begin(), points.end(), [&](tuning_point const& other) {
      long long const other_size = size_of(other.costs.total, budget.measured);
      return other_size <= size && other.correct >= points[i].correct &&
             (other_size < size || other.correct > points[i].correct);
    });
  }
};

}  // namespace polyfold
