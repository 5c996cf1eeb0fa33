// Finds an approximation for every layer of a trained network within a budget, without compiling one: candidates are
// tried in the exact network, whose weights are replaced by the nearest ones that a candidate can stand for.
//
//   tuner<network<lenet5>> tune(trained, training, validation, {}, threads);
//   tuning_result const found = tune.run(at_most_drop(0.009));
//   std::cout << spelled(found.best().layers, "    ");       // the type to write
//
// From stop to stop the network shrinks: the rise of the loss is measured for every layer and candidate alone, after some
// steps of training in which the network may adapt to it; the cheapest exchanges are made (see exchange.hpp), and the
// network is retrained. All training projects the weights onto their segments after every step. What a stop is worth is
// its accuracy on the validation images, after retraining.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/trainer.hpp>
#include <polyfold/tune/candidates.hpp>
#include <polyfold/tune/exchange.hpp>

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

template <class Network>
class tuner {
 public:
  /// `training` and `validation` must have no image in common, `threads` must outlive the tuner. Throws `error` where
  /// options are out of range.
  tuner(Network const& trained, batch_source training, batch_source validation, tuning_options options,
        workers& threads)
      : exact_(std::make_unique<Network>(trained)),
        net_(std::make_unique<Network>(trained)),
        training_(std::move(training)),
        validation_(std::move(validation)),
        options_(std::move(options)),
        threads_(threads),
        forms_(layer_forms<Network>()) {
    auto const require = [](bool right, char const* what) {
      if (!right) throw error(std::string("tuner: ") + what);
    };
    require(options_.candidates >= 1, "expected at least 1 candidate for each layer");
    require(options_.shrink > 0 && options_.shrink < 1, "shrink must lie between 0 and 1");
    require(options_.refinements >= 0, "refinements must be 0 or more");
    require(options_.sensitivity_images >= 1, "sensitivity_images must be at least 1");
    require(!normalised || options_.calibration_images >= 16, "batch norm needs 16 calibration_images at least");
    require(options_.retraining.rounded_epochs == 0 && options_.retraining.distil.weight == 0,
            "retraining by projection takes neither rounding nor distillation");
    // Parts of the images must have all classes.
    validation_.shuffle(options_.retraining.seed);
    training_.shuffle(options_.retraining.seed);
    adaptation_ = std::make_unique<batch_source>(training_.first(options_.adaptation_images));
  }

  /// Called after every measured candidate.
  std::function<void(int done, int all)> on_measured;
  /// Called before a stop is retrained, with its name: what it returns is called after every step.
  std::function<std::function<void(training_progress const&)>(std::string const& stop)> on_retraining;
  /// Called with every stop, when its accuracy is known.
  std::function<void(tuning_point const&)> on_point;

  /// Searches. Throws `error` where no candidates are small enough for the budget.
  [[nodiscard]] tuning_result run(tuning_budget const& budget) {
    if (budget.limits_drop ? !(budget.drop >= 0) || budget.drop > 1 : budget.size < 1)
      throw error("tuner: a budget is a drop between 0 and 1, or a size of at least 1");
    tuning_result result{{}, 0, budget};
    state now{make_parts(budget.measured), {exact_->numbers.begin(), exact_->numbers.end()}, 0};
    result.points.push_back(measured_point(now));
    exact_correct_ = result.points.front().correct;
    result.points.front().drop = 0;
    if (on_point) on_point(result.points.front());
    now.size = size_now(now, budget.measured);
    if (budget.limits_drop)
      shrink_until(budget, now, result);
    else
      shrink_to(budget, now, result);
    for (std::size_t i = 1; i < result.points.size(); ++i)
      if (better(result, i, result.chosen)) result.chosen = i;
    return result;
  }

 private:
  static constexpr bool normalised = []<int... I>(std::integer_sequence<int, I...>) {
    return (false || ... || requires { Network::template layer_at<I>::statistics; });
  }
  (std::make_integer_sequence<int, Network::layers>{});

  /// Where a search stands: the present choices, the weights that were trained for them, and their size.
  struct state {
    std::vector<tuning_part> parts;
    std::vector<float> numbers;
    long long size = 0;
  };

  [[nodiscard]] static bool better(tuning_result const& r, std::size_t a, std::size_t b) {
    auto const& pa = r.points[a];
    auto const& pb = r.points[b];
    long long const size_a = size_of(pa.costs.total, r.budget.measured);
    long long const size_b = size_of(pb.costs.total, r.budget.measured);
    if (!r.budget.allows(pa.drop, size_a)) return false;
    if (!r.budget.allows(pb.drop, size_b)) return true;
    if (r.budget.limits_drop) return size_a < size_b || (size_a == size_b && pa.correct > pb.correct);
    return pa.correct > pb.correct || (pa.correct == pb.correct && size_a < size_b);
  }

  [[nodiscard]] counted_network count(state const& s) const {
    return count_network(forms_, present_approximations(s.parts, forms_.size()),
                         cost_of_layers_without_weights<Network>());
  }
  [[nodiscard]] long long size_now(state const& s, measure m) const { return size_of(count(s).total, m); }

  [[nodiscard]] std::vector<tuning_part> make_parts(measure m) const {
    std::vector<tuning_part> parts;
    for (std::size_t i = 0; i < forms_.size(); ++i) {
      layer_form const& form = forms_[i];
      auto const add = [&](bool biases, std::vector<approximation> const& cuts) {
        tuning_part part{i, biases};
        part.choices.push_back({{}, size_of(count_network({form}, {{}}, {}).total, m)});
        for (approximation const& a : cuts)
          if (long long const size = size_of(count_network({form}, {a}, {}).total, m); size < part.choices.front().size)
            part.choices.push_back({a, size});
        if (part.choices.size() > 1) parts.push_back(std::move(part));
      };
      add(false, chosen_candidates(form, exact_->numbers.data() + form.first_number, options_.candidates,
                                   [m](cost const& c) { return size_of(c, m); }));
      add(true, bias_candidates(form));
    }
    return parts;
  }

  /// Loss and number of correct answers on the first `images` validation images.
  [[nodiscard]] loss_sums losses(std::size_t images) const {
    using scalar_type = lanes<float, 16>;
    constexpr int group = lane_count<scalar_type>;
    int const count = int(std::min(images, validation_.size()));
    struct room {
      std::vector<scalar_type> input = std::vector<scalar_type>(std::size_t(Network::input_shape.size()));
      std::vector<scalar_type> workspace = std::vector<scalar_type>(std::size_t(Network::workspace_size));
      std::vector<scalar_type> gradient = std::vector<scalar_type>(std::size_t(Network::output_shape.size()));
    };
    std::vector<room> rooms(std::size_t(threads_.count()));
    std::vector<loss_sums> sums(std::size_t(ceil_div(count, group)));
    threads_.run(int(sums.size()), [&](int g, int worker) {
      room& r = rooms[std::size_t(worker)];
      int labels[group];
      for (int lane = 0; lane < group; ++lane) {
        int const image = g * group + lane;
        labels[lane] = image < count ? validation_.label(std::size_t(image)) : -1;
        if (image < count) validation_.load(std::size_t(image), r.input.data(), lane);
      }
      auto const logits = net_->run(r.input.data(), r.workspace.data());
      sums[std::size_t(g)] = cross_entropy<Network::output_shape.size()>(logits.data(), labels, 0, r.gradient.data());
    });
    loss_sums total;  // in order: the same for any number of threads
    for (loss_sums const& s : sums) total += s;
    return total;
  }
  [[nodiscard]] double sensitivity_loss() const {
    loss_sums const sums = losses(options_.sensitivity_images);
    return sums.loss / sums.images;
  }

  void recalibrate() {
    if constexpr (normalised) recalibrate_batch_norm(*net_, training_, options_.calibration_images);
  }

  void set(std::vector<float> const& numbers) { std::copy(numbers.begin(), numbers.end(), net_->numbers.begin()); }

  /// Replaces weights by the nearest ones that approximations can stand for, layer by layer.
  class projector {
   public:
    projector(tuner const& t, std::vector<approximation> const& approximations)
        : forms_(t.forms_), threads_(t.threads_) {
      for (std::size_t i = 0; i < forms_.size(); ++i) layers_.emplace_back(forms_[i], approximations[i]);
    }
    void operator()(Network& net) const {
      threads_.run(int(layers_.size()), [&](int i, int) {
        layers_[std::size_t(i)](net.numbers.data() + forms_[std::size_t(i)].first_number);
      });
    }

   private:
    std::vector<layer_form> const& forms_;
    workers& threads_;
    std::vector<segment_projection> layers_;
  };

  /// The loss on the weights `numbers` under the choices of `s`, after adaptation.
  [[nodiscard]] double adapted_loss(state const& s, std::vector<float> const& numbers) {
    projector const project(*this, present_approximations(s.parts, forms_.size()));
    set(numbers);
    project(*net_);
    if (options_.adaptation_images > 0) {
      training_options options = options_.retraining;
      options.epochs = 1;
      trainer<Network> adapting(*net_, options, threads_);
      adapting.after_step = project;
      adapting.run(*adaptation_);
    } else {
      recalibrate();
    }
    return sensitivity_loss();
  }

  /// Sets the error of every smaller choice: the rise of the loss where that choice alone is made.
  void measure_errors(state& s) {
    int all = 0;
    for (tuning_part const& part : s.parts)
      for (tuning_choice const& c : part.choices) all += c.size < part.choices[part.present].size;
    double const present_loss = adapted_loss(s, s.numbers);
    int done = 0;
    for (tuning_part& part : s.parts) {
      std::size_t const present = part.present;
      for (std::size_t c = 0; c < part.choices.size(); ++c) {
        double& error = part.choices[c].error;
        error = 0;
        if (part.choices[c].size >= part.choices[present].size) continue;
        part.present = c;
        error = adapted_loss(s, s.numbers) - present_loss;
        if (!std::isfinite(error)) error = 1e30;
        if (on_measured) on_measured(++done, all);
      }
      part.present = present;
    }
  }

  /// Makes exchanges until the size is at most `target`, or all are made. The last one saves no more than it must.
  void advance(state& s, long long target, measure m, double least) const {
    for (exchange const& e : exchanges(s.parts, least)) {
      if (s.size <= target) break;
      tuning_part& part = s.parts[e.part];
      std::size_t const before = part.present;
      part.present = e.choice;
      s.size = size_now(s, m);
      if (s.size > target) continue;
      std::size_t best = e.choice;
      for (std::size_t c = 0; c < part.choices.size(); ++c) {
        if (part.choices[c].size >= part.choices[before].size || part.choices[c].error >= part.choices[best].error)
          continue;
        part.present = c;
        if (size_now(s, m) <= target) best = c;
      }
      part.present = best;
      s.size = size_now(s, m);
    }
  }

  /// Retrains the network of `s` and measures it. It starts from the weights of the stop before or from the exact ones,
  /// projected: whichever loses less.
  [[nodiscard]] tuning_point retrain(state& s, std::size_t stop) {
    projector const project(*this, present_approximations(s.parts, forms_.size()));
    auto const start_from = [&](std::vector<float> const& numbers) {
      set(numbers);
      project(*net_);
      recalibrate();
      double const loss = sensitivity_loss();
      return std::pair{loss, std::vector<float>(net_->numbers.begin(), net_->numbers.end())};
    };
    auto const from_before = start_from(s.numbers);
    auto const from_exact = start_from({exact_->numbers.begin(), exact_->numbers.end()});
    set(from_before.first <= from_exact.first ? from_before.second : from_exact.second);

    training_options options = options_.retraining;
    options.seed += stop;
    trainer<Network> retraining(*net_, options, threads_);
    retraining.after_step = project;
    if (on_retraining) retraining.on_progress = on_retraining("stop " + std::to_string(stop));
    retraining.run(training_);
    s.numbers.assign(net_->numbers.begin(), net_->numbers.end());
    tuning_point point = measured_point(s);
    if (on_point) on_point(point);
    return point;
  }

  [[nodiscard]] tuning_point measured_point(state const& s) {
    set(s.numbers);
    loss_sums const sums = losses(validation_.size());
    return {present_approximations(s.parts, forms_.size()),
            count(s),
            sums.correct,
            double(sums.correct) / double(sums.images),
            double(exact_correct_ - sums.correct) / double(sums.images),
            s.numbers};
  }

  /// How much of its size a part keeps at least, from stop to stop.
  [[nodiscard]] double least_kept() const { return options_.shrink * options_.shrink; }

  /// For a drop: smaller and smaller until it is exceeded, then back by halves.
  void shrink_until(tuning_budget const& budget, state now, tuning_result& result) {
    long long beyond = 0;  // the largest size that lost too much; 0: none yet
    measure_errors(now);
    for (int back = 0; back < options_.refinements || beyond == 0;) {
      double const target =
          beyond == 0 ? double(now.size) * options_.shrink : std::sqrt(double(now.size) * double(beyond));
      state next = now;
      advance(next, (long long)(target), budget.measured, least_kept());
      if (next.size >= now.size || next.size <= beyond) break;
      result.points.push_back(retrain(next, result.points.size()));
      if (beyond > 0) ++back;
      if (budget.allows(result.points.back().drop, next.size)) {
        now = std::move(next);
        measure_errors(now);
      } else {
        beyond = next.size;
      }
    }
  }

  /// For a size: down to it, in steps of equal ratio.
  void shrink_to(tuning_budget const& budget, state now, tuning_result& result) {
    state smallest = now;
    advance(smallest, budget.size, budget.measured, 0);
    while (now.size > budget.size) {
      long long const before = now.size;
      if (smallest.size <= budget.size) {
        double const ratio = double(budget.size) / double(before);
        double const stops = std::ceil(std::log(ratio) / std::log(options_.shrink) - 0.1);
        measure_errors(now);
        advance(now, std::max(budget.size, (long long)(double(before) * std::pow(ratio, 1 / std::max(1.0, stops)))),
                budget.measured, least_kept());
      }
      if (now.size >= before)
        throw error("tuner: the smallest network among the candidates has " + std::to_string(smallest.size) +
                    (budget.measured == measure::bytes ? " bytes" : " multiplications") + "; the budget is " +
                    std::to_string(budget.size));
      result.points.push_back(retrain(now, result.points.size()));
    }
  }

  std::unique_ptr<Network> exact_;
  std::unique_ptr<Network> net_;  // that is tried or trained
  batch_source training_;
  batch_source validation_;
  std::unique_ptr<batch_source> adaptation_;
  tuning_options options_;
  workers& threads_;
  std::vector<layer_form> forms_;
  int exact_correct_ = 0;
};

}  // namespace polyfold
