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

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/trainer.hpp>
#include <polyfold/tune/candidates.hpp>
#include <polyfold/tune/exchange.hpp>
#include <polyfold/tune/tuning_result.hpp>

namespace polyfold {

template <class Network>
class tuner {
 public:
  /// `training` and `validation` must have no image in common, `threads` must outlive the tuner. Throws `failure` where
  /// options are out of range.
  tuner(Network const& trained, dataset training, dataset validation, tuning_options options, thread_pool& threads)
      : exact_(std::make_unique<Network>(trained)),
        net_(std::make_unique<Network>(trained)),
        training_(std::move(training)),
        validation_(std::move(validation)),
        options_(std::move(options)),
        threads_(threads),
        forms_(tuning::layer_forms<Network>()) {
    options_.check();
    if (normalised && options_.calibration_images < 16)
      throw failure("tuner: batch norm needs 16 calibration_images at least");
    // Parts of the images must have all classes.
    validation_.shuffle(options_.retraining.seed);
    training_.shuffle(options_.retraining.seed);
    adaptation_ = std::make_unique<dataset>(training_.first(options_.adaptation_images));
  }

  /// Called after every measured candidate.
  std::function<void(int done, int all)> on_measured;
  /// Called before a stop is retrained, with its name: what it returns is called after every step.
  std::function<std::function<void(training_progress const&)>(std::string const& stop)> on_retraining;
  /// Called with every stop, when its accuracy is known.
  std::function<void(tuning_point const&)> on_point;

  /// Searches. Throws `failure` where no candidates are small enough for the budget, and `training_diverged` where
  /// the network or a stop of it has no finite loss.
  [[nodiscard]] tuning_result run(tuning_budget const& budget) {
    budget.check();
    tuning_result result{{}, 0, budget};
    state now{make_parts(budget.measured), {exact_->parameters.begin(), exact_->parameters.end()}, 0};
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
  static constexpr bool normalised = [] {
    bool any = false;
    core::for_constexpr<Network::layers>(
        [&]<int I>() { any = any || detail::any_statistic(Network::template layer_parts<I>()); });
    return any;
  }();

  /// Where a search stands: the present choices, the weights that were trained for them, and their size.
  struct state {
    std::vector<tuning::tuning_part> parts;
    std::vector<float> parameters;
    long long size = 0;
  };

  [[nodiscard]] static bool better(tuning_result const& r, std::size_t a, std::size_t b) {
    auto const& pa = r.points[a];
    auto const& pb = r.points[b];
    long long const size_a = tuning::size_of(pa.costs.total, r.budget.measured);
    long long const size_b = tuning::size_of(pb.costs.total, r.budget.measured);
    if (!r.budget.allows(pa.drop, size_a)) return false;
    if (!r.budget.allows(pb.drop, size_b)) return true;
    if (r.budget.limits_drop) return size_a < size_b || (size_a == size_b && pa.correct > pb.correct);
    return pa.correct > pb.correct || (pa.correct == pb.correct && size_a < size_b);
  }

  [[nodiscard]] tuning::counted_network count(state const& s) const {
    return tuning::count_network(forms_, tuning::present_approximations(s.parts, forms_.size()),
                                 tuning::cost_of_layers_without_weights<Network>(options_.stored), options_.stored);
  }
  [[nodiscard]] long long size_now(state const& s, measure m) const { return tuning::size_of(count(s).total, m); }

  [[nodiscard]] std::vector<tuning::tuning_part> make_parts(measure m) const {
    std::vector<tuning::tuning_part> parts;
    for (std::size_t i = 0; i < forms_.size(); ++i) {
      tuning::layer_form const& form = forms_[i];
      auto const size_with = [&](approximation const& a) {
        return tuning::size_of(tuning::count_network({form}, {a}, {}, options_.stored).total, m);
      };
      auto const add = [&](bool biases, std::vector<approximation> const& cuts) {
        tuning::tuning_part part{i, biases};
        part.choices.push_back({{}, size_with({})});
        for (approximation const& a : cuts)
          if (long long const size = size_with(a); size < part.choices.front().size) part.choices.push_back({a, size});
        if (part.choices.size() > 1) parts.push_back(std::move(part));
      };
      add(false, tuning::chosen_candidates(form, exact_->parameters.data() + form.first_parameter, options_.candidates,
                                           size_with));
      add(true, tuning::bias_candidates(form));
    }
    return parts;
  }

  /// Loss and number of correct answers on the first `images` validation images.
  [[nodiscard]] training::loss_sums losses(std::size_t images) const {
    using scalar_type = lanes<float, 16>;
    constexpr int group = lane_count<scalar_type>;
    int const count = int(core::smaller(images, validation_.size()));
    struct worker_memory {
      std::vector<scalar_type> input = std::vector<scalar_type>(Network::input_shape.size());
      std::vector<scalar_type> workspace = std::vector<scalar_type>(Network::workspace_size);
      std::vector<scalar_type> gradient = std::vector<scalar_type>(Network::output_shape.size());
    };
    std::vector<worker_memory> memories(std::size_t(threads_.count()));
    std::vector<training::loss_sums> sums(std::size_t(core::ceil_div(count, group)));
    threads_.run(int(sums.size()), [&](int g, int worker) {
      worker_memory& r = memories[std::size_t(worker)];
      core::c_array<int, group> labels;
      for (int lane = 0; lane < group; ++lane) {
        int const image = g * group + lane;
        labels[lane] = image < count ? validation_.label(std::size_t(image)) : -1;
        if (image < count) validation_.load(std::size_t(image), r.input.data(), lane);
      }
      auto const logits = net_->run(r.input.data(), r.workspace.data());
      sums[std::size_t(g)] =
          training::cross_entropy<Network::output_shape.size()>(logits.data(), labels, 0, r.gradient.data());
    });
    training::loss_sums total;  // in order: the same for any number of threads
    for (training::loss_sums const& s : sums) total += s;
    return total;
  }
  [[nodiscard]] double sensitivity_loss() const {
    training::loss_sums const sums = losses(options_.sensitivity_images);
    return sums.loss / sums.images;
  }

  /// A network may train on finite numbers, by statistics of its batches, and compute none by those that it keeps.
  void require_finite(double const& loss) const {
    if (core::is_finite(loss)) return;
    text_stream text;
    text << "tuner: the network's loss on the validation images is not finite: its training has diverged. Remedy: a "
            "learning_rate below "
         << options_.retraining.optimizer.learning_rate << ".";
    throw training_diverged(text.str());
  }

  void recalibrate() {
    if constexpr (normalised) recalibrate_batch_norm(*net_, training_, options_.calibration_images);
  }

  [[nodiscard]] tuning::network_projection projection(state const& s) const {
    return {forms_, tuning::present_approximations(s.parts, forms_.size()), threads_};
  }

  void set(std::vector<float> const& parameters) {
    std::copy(parameters.begin(), parameters.end(), net_->parameters.begin());
  }

  /// The loss on the weights `parameters` under the choices of `s`, after adaptation.
  [[nodiscard]] double adapted_loss(state const& s, std::vector<float> const& parameters) {
    tuning::network_projection const project = projection(s);
    set(parameters);
    project(*net_);
    if (options_.adaptation_images > 0) {
      training_options options = options_.retraining;
      options.epochs = 1;
      trainer<Network> adapting(*net_, options, threads_);
      adapting.after_step = std::cref(project);
      adapting.run(*adaptation_);
    } else {
      recalibrate();
    }
    return sensitivity_loss();
  }

  /// The same under choices that the network may not adapt to at all.
  [[nodiscard]] double candidate_loss(state const& s) {
    constexpr double worst = 1e30;
    try {
      double const loss = adapted_loss(s, s.parameters);
      return core::is_finite(loss) ? loss : worst;
    } catch (training_diverged const&) {
      return worst;
    }
  }

  /// Sets the error of every smaller choice: the rise of the loss where that choice alone is made.
  void measure_errors(state& s) {
    int all = 0;
    for (tuning::tuning_part const& part : s.parts)
      for (tuning::tuning_choice const& c : part.choices) all += c.size < part.choices[part.present].size;
    double const present_loss = adapted_loss(s, s.parameters);
    require_finite(present_loss);
    int done = 0;
    for (tuning::tuning_part& part : s.parts) {
      std::size_t const present = part.present;
      for (std::size_t c = 0; c < part.choices.size(); ++c) {
        double& error = part.choices[c].error;
        error = 0;
        if (part.choices[c].size >= part.choices[present].size) continue;
        part.present = c;
        error = candidate_loss(s) - present_loss;
        if (on_measured) on_measured(++done, all);
      }
      part.present = present;
    }
  }

  /// Makes exchanges until the size is at most `target`, or all are made, and takes back what there is room for.
  void advance(state& s, long long target, measure m, double least) const {
    for (tuning::exchange const& e : tuning::exchanges(s.parts, least)) {
      if (s.size <= target) break;
      s.parts[e.part].present = e.choice;
      s.size = size_now(s, m);
    }
    if (s.size <= target)
      while (take_back(s, target, m)) {
      }
  }

  /// Makes the exchange that lowers the error most and leaves the size at most `target`; whether there was one.
  [[nodiscard]] bool take_back(state& s, long long target, measure m) const {
    tuning::exchange best;
    double most = 0;
    for (std::size_t p = 0; p < s.parts.size(); ++p) {
      tuning::tuning_part& part = s.parts[p];
      std::size_t const present = part.present;
      for (std::size_t c = 0; c < part.choices.size(); ++c) {
        double const lower = part.choices[present].error - part.choices[c].error;
        if (lower <= 0 || lower < most) continue;
        if (lower == most && part.choices[c].size >= s.parts[best.part].choices[best.choice].size) continue;
        part.present = c;
        if (size_now(s, m) > target) continue;
        best = {p, c};
        most = lower;
      }
      part.present = present;
    }
    if (most == 0) return false;
    s.parts[best.part].present = best.choice;
    s.size = size_now(s, m);
    return true;
  }

  /// Retrains the network of `s` and measures it. It starts from the weights of the stop before or from the exact ones,
  /// projected: whichever loses less.
  [[nodiscard]] tuning_point retrain(state& s, std::size_t stop) {
    tuning::network_projection const project = projection(s);
    auto const start_from = [&](std::vector<float> const& parameters) {
      set(parameters);
      project(*net_);
      recalibrate();
      double const loss = sensitivity_loss();
      return std::pair{loss, std::vector<float>(net_->parameters.begin(), net_->parameters.end())};
    };
    auto const from_before = start_from(s.parameters);
    auto const from_exact = start_from({exact_->parameters.begin(), exact_->parameters.end()});
    set(from_before.first <= from_exact.first ? from_before.second : from_exact.second);

    training_options options = options_.retraining;
    options.seed += stop;
    trainer<Network> retraining(*net_, options, threads_);
    retraining.after_step = std::cref(project);
    if (on_retraining) retraining.on_progress = on_retraining("stop " + std::to_string(stop));
    retraining.run(training_);
    s.parameters.assign(net_->parameters.begin(), net_->parameters.end());
    tuning_point point = measured_point(s);
    if (on_point) on_point(point);
    return point;
  }

  [[nodiscard]] tuning_point measured_point(state const& s) {
    set(s.parameters);
    training::loss_sums const sums = losses(validation_.size());
    require_finite(sums.loss);
    return {tuning::present_approximations(s.parts, forms_.size()),
            count(s),
            sums.correct,
            double(sums.correct) / double(sums.images),
            double(exact_correct_ - sums.correct) / double(sums.images),
            s.parameters};
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
      advance(next, static_cast<long long>(target), budget.measured, least_kept());
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
        advance(now,
                core::larger(budget.size,
                             static_cast<long long>(double(before) * std::pow(ratio, 1 / core::larger(1.0, stops)))),
                budget.measured, least_kept());
      }
      if (now.size >= before)
        throw failure("tuner: the smallest network among the candidates has " + std::to_string(smallest.size) +
                      (budget.measured == measure::bytes ? " bytes" : " multiplications") + "; the budget is " +
                      std::to_string(budget.size));
      result.points.push_back(retrain(now, result.points.size()));
    }
  }

  std::unique_ptr<Network> exact_;
  std::unique_ptr<Network> net_;  // that is tried or trained
  dataset training_;
  dataset validation_;
  std::unique_ptr<dataset> adaptation_;
  tuning_options options_;
  thread_pool& threads_;
  std::vector<tuning::layer_form> forms_;
  int exact_correct_ = 0;
};

}  // namespace polyfold
