// What the tuner is asked for and what it finds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/train/training_options.hpp>
#include <polyfold/tune/run_time_cost.hpp>

namespace polyfold {

/// What the size of a network means.
enum class measure { bytes, multiplications };

}  // namespace polyfold

namespace polyfold::tuning {

[[nodiscard]] inline long long size_of(cost const& c, measure m) {
  return m == measure::bytes ? c.stored_bytes() : c.multiplications;
}

}  // namespace polyfold::tuning

namespace polyfold {

/// At most so much: accuracy lost (then the smallest network is sought), or size (then the most accurate one).
struct tuning_budget {
  bool limits_drop = true;
  double drop = 0;     ///< a share of the images: 0.009 is 0.9 points
  long long size = 0;  ///< of the measure
  measure measured = measure::bytes;

  [[nodiscard]] bool allows(double lost, long long network_size) const {
    return limits_drop ? lost <= drop + 1e-9 : network_size <= size;
  }
  /// Throws `failure` where no network can meet it.
  void check() const {
    if (limits_drop ? !core::is_finite(drop) || drop < 0 || drop > 1 : size < 1)
      throw failure("tuner: a budget is a drop between 0 and 1, or a size of at least 1");
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

  /// Throws `failure` where an option lies out of its range. A tuner does so before anything else.
  void check() const {
    auto const require = [](bool right, char const* what) {
      if (!right) throw failure(std::string("tuner: ") + what);
    };
    require(candidates >= 1, "expected at least 1 candidate for each layer");
    require(core::is_finite(shrink) && shrink > 0 && shrink < 1, "shrink must lie between 0 and 1");
    require(refinements >= 0, "refinements must be 0 or more");
    require(sensitivity_images >= 1, "sensitivity_images must be at least 1");
    require(retraining.rounded_epochs == 0 && retraining.distil.weight == 0,
            "retraining by projection takes neither rounding nor distillation");
    retraining.check();
  }
};

/// A network that was retrained and measured.
struct tuning_point {
  std::vector<approximation> layers;
  tuning::counted_network costs;
  int correct = 0;                ///< of the validation images
  double accuracy = 0;            ///< share of them
  double drop = 0;                ///< below the exact network's accuracy
  std::vector<float> parameters;  ///< of the exact network, with weights that the approximations can stand for
};

struct tuning_result {
  std::vector<tuning_point> points;  ///< the exact network first
  std::size_t chosen = 0;
  tuning_budget budget;

  [[nodiscard]] tuning_point const& best() const& { return points[chosen]; }
  [[nodiscard]] tuning_point best() && { return std::move(points[chosen]); }
  /// Whether no other point is at least as small and as accurate, and better in one.
  [[nodiscard]] bool on_front(std::size_t i) const {
    long long const size = tuning::size_of(points[i].costs.total, budget.measured);
    return std::none_of(points.begin(), points.end(), [&](tuning_point const& other) {
      long long const other_size = tuning::size_of(other.costs.total, budget.measured);
      return other_size <= size && other.correct >= points[i].correct &&
             (other_size < size || other.correct > points[i].correct);
    });
  }
};

}  // namespace polyfold
