// Trains a network in the form that it is stored in: a folded network is retrained in folded form, so retraining is
// cheaper by the same factor as inference.
//
// A mini-batch is cut into groups of 16 images, each run side by side in the lanes of a scalar. The groups are dealt to a
// fixed number of shards; each shard adds up its gradients in order, and the shards are added in order. Threads only
// share the shards out, so the result is the same for any number of threads. Batch norm takes its statistics over a
// group.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/text.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/train/dataset.hpp>
#include <polyfold/train/loss.hpp>
#include <polyfold/train/optimizer.hpp>
#include <polyfold/train/parameters.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/tape.hpp>
#include <polyfold/train/training_options.hpp>

namespace polyfold {

/// Where a training run stands.
struct training_progress {
  int epoch = 0;  // from 0
  int epochs = 0;
  std::size_t image = 0;  // of the epoch
  std::size_t images = 0;
  training::loss_sums sums{};  // over the epoch so far
};

/// Everything that a run needs to go on where it stopped.
struct training_state {
  std::vector<float> master;
  training::optimizer_state optimizer;
  int epochs_done = 0;
  std::vector<float> average;  // of master over the steps; empty where none is asked for
};

/// A training whose loss or numbers are no longer finite.
class training_diverged : public failure {
  using failure::failure;
};

/// Maps: what its passes may do to maps, rounded_maps of fit/rounded_maps.hpp, say.
template <class Network, class Maps = training::exact_maps>
class trainer {
 public:
  using scalar_type = lanes<float, 16>;
  static constexpr int group = lane_count<scalar_type>;
  static constexpr int most_shards = 8;

  /// Trains `net` in place. `net` and `threads` must outlive the trainer. Throws `failure` where an option is out of its
  /// range.
  trainer(Network& net, training_options options, thread_pool& threads)
      : net_(net), options_(options), threads_(threads), space_(options.dense_rate) {
    options.check();
    state_.master = space_.master_of(net);
    state_.optimizer = training::optimizer_state(state_.master.size());
    if (options.average_epochs > 0) state_.average = state_.master;
    groups_ = core::ceil_div(options.batch, group);
    shards_.resize(std::size_t(core::smaller(groups_, most_shards)));
    for (shard& s : shards_) s.gradient.resize(state_.master.size());
    for (int i = 0; i < threads.count(); ++i) tapes_.push_back(std::make_unique<pass>());
  }

  /// Teaches by distillation: `logits(images)` gives the teacher's outputs for a group of images, called from any thread
  /// with the number of the worker.
  std::function<scalar_type const*(scalar_type const* images, int worker)> teacher;
  /// Called after every step, with the network as it then is; what it changes there is trained on. Projection, say.
  std::function<void(Network&)> after_step;
  /// Quantisation-aware training: in the last `rounded_epochs` epochs the network is put through this before every step
  /// and at the end. The gradients, taken at the rounded numbers, move numbers that keep all their digits, so that small
  /// steps add up (straight-through estimator: Bengio, Leonard & Courville 2013). quantised_rounding of fit/quantise.hpp, say.
  std::function<void(Network&)> rounding;
  /// Likewise, what maps are rounded to in the last `rounded_epochs` epochs.
  std::optional<Maps> maps;
  /// Called after every step.
  std::function<void(training_progress const&)> on_progress;
  /// Called before every epoch, with the epochs done so far; then the network is rounded anew.
  std::function<void(int)> before_epoch;
  /// Called after every epoch, with the epochs done so far.
  std::function<void(int)> after_epoch;

  [[nodiscard]] training_state const& state() const& { return state_; }
  training_state const& state() const&& = delete;  // of a temporary, which takes it with it
  /// Goes on from `state`, that of an earlier trainer with the same options. Throws `failure` where it can't be.
  void restore(training_state state) {
    if (state.master.size() != state_.master.size() || state.optimizer.first.size() != state_.master.size() ||
        state.optimizer.second.size() != state_.master.size())
      throw failure("trainer: the saved state is of another network: it has " + std::to_string(state.master.size()) +
                    " numbers, expected " + std::to_string(state_.master.size()));
    if (state.average.size() != state_.average.size())
      throw failure("trainer: the saved state is of another run: it has " + std::to_string(state.average.size()) +
                    " averages, expected " + std::to_string(state_.average.size()));
    if (state.epochs_done < 0 || state.epochs_done > options_.epochs || state.optimizer.step < 0)
      throw failure("trainer: the saved state is of another run: it has done " + std::to_string(state.epochs_done) +
                    " epochs, of " + std::to_string(options_.epochs));
    state_ = std::move(state);
    space_.store(state_.master, net_);
  }

  /// Trains for the epochs that are left, then averages the network and takes its statistics anew where options say so; `after_epoch`
  /// of the last epoch sees it before that. Throws `failure` where the images or their labels do not fit the network, and
  /// `training_diverged` as soon as loss or numbers are not finite; then the network is of no more use, nor is state().
  void run(dataset& data) {
    if (!(data.image_shape() == Network::input_shape))
      throw failure("trainer: the images do not have the shape that the network reads");
    for (std::size_t i = 0; i < data.size(); ++i)
      if (data.label(i) >= Network::output_shape.size())
        throw failure("trainer: image " + std::to_string(data.index(i)) + " has the label " +
                      std::to_string(data.label(i)) + "; the network has the classes 0 to " +
                      std::to_string(Network::output_shape.size() - 1));
    if (options_.distil.weight > 0 && !teacher) throw failure("trainer: distillation needs a teacher");
    if (options_.rounded_epochs > 0 && !rounding && !maps) throw failure("trainer: rounded_epochs need a rounding");
    std::size_t const batch = std::size_t(groups_) * group;
    long long const steps_per_epoch = static_cast<long long>((data.size() + batch - 1) / batch);
    round();
    for (; state_.epochs_done < options_.epochs;) {
      if (before_epoch) {
        before_epoch(state_.epochs_done);
        space_.store(state_.master, net_);
        round();
      }
      std::uint64_t const epoch_seed = options_.seed * 0x9e3779b97f4a7c15u + std::uint64_t(state_.epochs_done);
      data.shuffle(epoch_seed);
      training_progress progress{state_.epochs_done, options_.epochs, 0, data.size(), {}};
      for (std::size_t first = 0; first < data.size(); first += batch) {
        progress.sums += step(data, first, epoch_seed, steps_per_epoch * options_.epochs);
        progress.image = core::smaller(first + batch, data.size());
        if (on_progress) on_progress(progress);
      }
      ++state_.epochs_done;
      round();
      if (after_epoch) after_epoch(state_.epochs_done);
    }
    finish(data);
  }

 private:
  struct shard {
    std::vector<float> gradient;
    training::loss_sums sums;
  };
  struct pass {
    training::tape<Network, scalar_type, Maps> passes;
    std::vector<scalar_type> images = std::vector<scalar_type>(Network::input_shape.size());
  };

  training::loss_sums step(dataset const& data, std::size_t first, std::uint64_t seed, long long steps) {
    int const present = int(core::smaller(std::size_t(groups_) * group, data.size() - first));
    int const groups = core::ceil_div(present, group);
    int const shards = core::smaller(groups, int(shards_.size()));
    threads_.run(shards, [&](int s, int worker) {
      shard& own = shards_[std::size_t(s)];
      std::fill(own.gradient.begin(), own.gradient.end(), 0.0f);
      own.sums = {};
      for (int g = s; g < groups; g += shards)
        own.sums += add_group(data, first, g, present, seed, worker, own.gradient);
    });
    training::loss_sums sums;
    for (int s = 0; s < shards; ++s) sums += shards_[std::size_t(s)].sums;
    std::vector<float>& total = shards_.front().gradient;
    in_slices([&](std::size_t begin, std::size_t end) {
      for (int s = 1; s < shards; ++s) {
        std::vector<float> const& part = shards_[std::size_t(s)].gradient;
        for (std::size_t i = begin; i < end; ++i) total[i] += part[i];
      }
    });
    update(total, groups, steps);
    if (!core::all_finite(net_.parameters)) throw diverged("the network's parameters are", data, first);
    round();
    return sums;
  }

  /// Has all numbers worked on in slices [begin, end), one for each thread. Few numbers are one slice: waking a thread
  /// would take longer.
  template <class Work>
  void in_slices(Work const& work) {
    std::size_t const count = state_.master.size();
    std::size_t const slices = count < 4096 ? 1 : std::size_t(threads_.count());
    if (slices == 1) return work(0, count);
    threads_.run(int(slices),
                 [&](int i, int) { work(count * std::size_t(i) / slices, count * (std::size_t(i) + 1) / slices); });
  }

  training::loss_sums add_group(dataset const& data, std::size_t first, int g, int present, std::uint64_t seed,
                                int worker, std::vector<float>& gradient) {
    pass& own = *tapes_[std::size_t(worker)];
    core::c_array<int, group> labels;
    training::augmentation const changes{options_.shift, options_.flip, options_.affine, options_.cutout};
    std::mt19937_64 random(seed ^ (0xbf58476d1ce4e5b9u * (first + std::size_t(g) * group + 1)));
    for (int lane = 0; lane < group; ++lane) {
      // Lanes beyond the last image repeat the first: batch norm's statistics stay those of images.
      int const i = g * group + lane;
      std::size_t const image = first + std::size_t(i < present ? i : 0);
      labels[lane] = i < present ? data.label(image) : -1;
      data.load(image, own.images.data(), lane, training::draw(changes, random));
    }
    bool const rounds = maps && in_rounded_epochs();
    own.passes.round_by(rounds ? &*maps : nullptr);
    if constexpr (!std::is_same_v<Maps, training::exact_maps>)
      if (rounds) maps->round_image(own.images.data());
    scalar_type const* const logits = own.passes.forward(net_, own.images.data(), random());
    if (!outputs_finite(logits)) throw diverged("the loss is", data, first);
    scalar_type const* const taught = teacher ? teacher(own.images.data(), worker) : nullptr;
    if (taught != nullptr && !outputs_finite(taught)) throw failure("trainer: the teacher's outputs are not finite.");
    training::loss_sums const sums = training::cross_entropy<Network::output_shape.size()>(
        logits, labels, 1.0f / float(present), own.passes.output_gradient(), options_.distil, taught,
        options_.label_smoothing);
    own.passes.backward(net_, gradient.data());
    return sums;
  }

  /// From the state to the network that was asked for.
  void finish(dataset& data) {
    if (state_.average.empty() && options_.statistics_images == 0) return;
    space_.store(state_.average.empty() ? state_.master : state_.average, net_);
    round();
    if (options_.statistics_images > 0) {
      data.shuffle(options_.seed);
      recalibrate_batch_norm(net_, data, std::size_t(options_.statistics_images));
      round();
    }
    if (!core::all_finite(net_.parameters))
      throw training_diverged("trainer: the numbers of the averaged network are not finite.");
  }

  void update(std::vector<float>& gradient, int groups, long long steps) {
    space_.to_master_gradient(gradient);
    float const share = training::learning_rate_share(state_.optimizer.step, steps, options_.optimizer.warm_up,
                                                      options_.optimizer.schedule);
    training::step_rule const rule(options_.optimizer, state_.optimizer);
    in_slices([&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        part_role const r = space_.roles()[i];
        float& value = state_.master[i];
        if (r == part_role::statistic)
          value += options_.statistics_rate * (gradient[i] / float(groups) - value);
        else
          rule.apply(i, value, gradient[i], share * options_.optimizer.learning_rate * space_.rates()[i],
                     r == part_role::weight);
      }
    });
    space_.store(state_.master, net_);
    if (after_step) {
      after_step(net_);
      state_.master = space_.master_of(net_);
      // The network follows from the state alone, to the last bit: a run that is resumed goes on as if uninterrupted.
      space_.store(state_.master, net_);
    }
    if (state_.average.empty()) return;
    // The mean of the first steps, then an exponential one.
    double const window = double(options_.average_epochs) * double(steps) / options_.epochs;
    float const weight = float(1 / core::larger(1.0, core::smaller(double(state_.optimizer.step), window)));
    in_slices([&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) state_.average[i] += weight * (state_.master[i] - state_.average[i]);
    });
  }

  /// Finite outputs have a finite loss.
  [[nodiscard]] static bool outputs_finite(scalar_type const* outputs) {
    for (int k = 0; k < Network::output_shape.size(); ++k)
      for (int lane = 0; lane < group; ++lane)
        if (!core::is_finite(outputs[k][lane])) return false;
    return true;
  }
  [[nodiscard]] training_diverged diverged(char const* what, dataset const& data, std::size_t first) const {
    std::size_t const batch = std::size_t(groups_) * group;
    text_stream text;
    text << "trainer: " << what << " not finite in epoch " << state_.epochs_done + 1 << " of " << options_.epochs
         << ", batch " << first / batch + 1 << " of " << (data.size() + batch - 1) / batch
         << ": the training has diverged. Remedy: a learning_rate below " << options_.optimizer.learning_rate << ".";
    return training_diverged(text.str());
  }

  [[nodiscard]] bool in_rounded_epochs() const {
    return options_.rounded_epochs > 0 && state_.epochs_done >= options_.epochs - options_.rounded_epochs;
  }
  void round() {
    if (!rounding || !in_rounded_epochs()) return;
    space_.store(state_.master, net_);
    rounding(net_);
  }

  Network& net_;
  training_options options_;
  thread_pool& threads_;
  training::parameter_space<Network> space_;
  training_state state_;
  int groups_ = 0;
  std::vector<shard> shards_;
  std::vector<std::unique_ptr<pass>> tapes_;
};

}  // namespace polyfold
