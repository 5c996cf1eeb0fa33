// The steps that recorded runs are made of: a dense network trained or loaded, a folded one fitted and retrained, the same
// in bytes, a thin dense control. Each writes its network, reads it again, measures that, and leaves a record.
//
// A step whose record is there is not repeated. Training goes on from the checkpoint of an interrupted run.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <zlib.h>

#include <polyfold/fit/arranged_rounding.hpp>
#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/fold_batch_norm.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/fit/rounded_maps.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/progress_bar.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/train/trainer.hpp>

#include "experiment.hpp"
#include "record.hpp"

namespace recorded {

/// What a configuration is, and the part of its record that does not follow from its type.
struct plan {
  std::string configuration;
  std::string kind;   // dense, folded, bytes, integers or thin
  std::string start;  // what training begins with
  polyfold::training_options options;
};

/// A network's description as C++, for the header that it is exported to.
struct spelling {
  std::string pipeline;
  std::string include;  // where that is declared
};

/// What the file of weights holds.
[[nodiscard]] polyfold::weight_source given_weights(experiment const& e);
/// A checksum of a text, as text.
[[nodiscard]] std::string short_form(std::string const& text);
/// Everything that a run depends on, as text: networks, checkpoints and records of other runs are not taken up.
[[nodiscard]] std::string text_of_run(experiment const& e, plan const& p, std::string const& description);
/// Whether the run with this text has left its record. Throws `polyfold::failure` where another run has, and measured the
/// test images.
[[nodiscard]] bool recorded_already(experiment const& e, std::string const& configuration, std::string const& run);
/// The record of a run, without what is measured.
[[nodiscard]] record record_of(experiment const& e, plan const& p, std::string const& run);
/// Writes the record, puts the network in `file` beside it where it is small, and removes the checkpoint.
void leave(experiment const& e, plan const& p, record const& r, std::filesystem::path const& file);

/// Not by operator+: what GCC 12 makes of it here it takes for an overlapping copy.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> parts);

/// Trains a Network and measures a Measured: the same, or what folding batch norm or rounding to bytes makes of it.
template <class Network, class Measured = Network>
class step {
 public:
  using scalar = typename polyfold::trainer<Network>::scalar_type;
  using rounding_function = std::function<void(Network&)>;
  using teacher_function = std::function<scalar const*(scalar const*, int)>;

  std::function<void(int)> before_epoch;  // the trainer's

  step(experiment& e, plan p) : e_(e), plan_(std::move(p)) {
    polyfold::training_options& o = plan_.options;
    o.seed = e.chosen.seed;
    if (plan_.kind != "dense" && plan_.kind != "integers") {
      o.epochs = e.chosen.epochs.value_or(o.epochs);
      o.optimizer.learning_rate = e.chosen.learning_rate.value_or(o.optimizer.learning_rate);
      o.distil.weight = e.chosen.distillation.value_or(o.distil.weight);
    }
    if (plan_.kind == "bytes" || plan_.kind == "integers") o.rounded_epochs = o.epochs;
    run_ = text_of_run(e_, plan_, polyfold::describe<Network>());
  }

  [[nodiscard]] polyfold::training_options const& options() const { return plan_.options; }

  /// Whether this very step has left its record and its network before.
  [[nodiscard]] bool done() const {
    return recorded_already(e_, plan_.configuration, run_) && polyfold::is_there(network_file());
  }

  template <class Maps = polyfold::training::exact_maps>
  void train(Network& net, rounding_function rounding = {}, teacher_function teacher = {},
             std::optional<Maps> maps = {}) {
    std::filesystem::path const checkpoint = e_.work_file(plan_.configuration, ".checkpoint");
    polyfold::make_folders(checkpoint.parent_path());
    polyfold::trainer<Network, Maps> trainer(net, plan_.options, e_.threads);
    int first_epoch = 0;
    if (auto state = polyfold::load_checkpoint(checkpoint, run_, net.parameters.size())) {
      first_epoch = state->epochs_done;
      std::cout << plan_.configuration << ": goes on after epoch " << first_epoch << " of an interrupted run\n";
      trainer.restore(std::move(*state));
    }
    trainer.rounding = std::move(rounding);
    trainer.teacher = std::move(teacher);
    trainer.maps = std::move(maps);
    trainer.before_epoch = before_epoch;
    trainer.on_progress = polyfold::progress_bar(std::cout, plan_.configuration, e_.chosen.terminal);
    // A rounding that has to restart ends an epoch with levels that no checkpoint holds: the last epoch would be lost.
    int const last_saved = before_epoch ? plan_.options.epochs - 1 : plan_.options.epochs;
    trainer.after_epoch = [&](int done) {
      if (done <= last_saved) polyfold::save_checkpoint(checkpoint, trainer.state(), run_);
    };
    auto const begin = std::chrono::steady_clock::now();
    trainer.run(e_.training);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (plan_.options.epochs > first_epoch) seconds_per_epoch_ = seconds / (plan_.options.epochs - first_epoch);
  }

  /// Writes the network, reads it into a fresh one, measures that, and writes the record.
  void finish(Measured const& net) {
    std::filesystem::path const file = network_file();
    polyfold::make_folders(file.parent_path());
    polyfold::save_network(file, net, {{"run", run_}});
    auto loaded = std::make_unique<Measured>();
    polyfold::load_network(file, *loaded);
    record r = record_of(e_, plan_, run_);
    r.correct = polyfold::evaluate(*loaded, e_.held_out, e_.threads).correct;
    r.dense_correct = plan_.kind == "dense" ? r.correct : read_record(e_.record_file("dense", ".json")).correct;
    r.costs = Measured::total_cost();
    r.approximated = Measured::approximated_cost();
    r.seconds_per_epoch = seconds_per_epoch_;
    leave(e_, plan_, r, file);
  }
  /// The same, and writes the network as a header before. `trained` describes the network with its batch norms.
  void finish(Measured const& net, spelling const& trained) {
    polyfold::write_coefficient_header(e_.work_file(plan_.configuration, ".hpp"), net,
                                       {.constant = "recorded_network",
                                        .pipeline = joined({"polyfold::without_batch_norm(", trained.pipeline, ")"}),
                                        .include = trained.include});
    finish(net);
  }

 private:
  [[nodiscard]] std::filesystem::path network_file() const { return e_.work_file(plan_.configuration, ".safetensors"); }

  experiment& e_;
  plan plan_;
  std::string run_;
  double seconds_per_epoch_ = 0;
};

/// Tells networks apart in the description of a run.
template <class Network>
std::string checksum_of(Network const& net) {
  unsigned long const sum = crc32_z(0, reinterpret_cast<unsigned char const*>(net.parameters.data()),
                                    net.parameters.size() * sizeof net.parameters[0]);
  polyfold::text_stream text;
  text << std::hex << sum;
  return text.str();
}

/// The network that the configuration `name` has left in the working folder.
template <auto Pipeline>
std::unique_ptr<polyfold::network<Pipeline>> earlier(experiment const& e, std::string const& name) {
  auto net = std::make_unique<polyfold::network<Pipeline>>();
  polyfold::load_network(network_of(e, name), *net);
  return net;
}

template <class Network>
inline constexpr bool has_batch_norm = []<int... I>(std::integer_sequence<int, I...>) {
  return (std::is_same_v<typename Network::template layer_at<I>, polyfold::layer_types::batch_norm_layer> || ...);
}
(std::make_integer_sequence<int, Network::layers>{});

/// The dense network: loaded from the file of weights if there is one, else trained. InFile: the file's network, which may have a
/// softmax behind it.
template <auto Dense, auto InFile = Dense>
void train_dense(experiment& e, std::string const& name, polyfold::training_options o) {
  using net_type = polyfold::network<Dense>;
  bool const imported = !e.chosen.weights.empty();
  if (imported) o = {.epochs = 0};
  step<net_type> s(e, {name, "dense", imported ? e.chosen.weights.filename().string() : "random numbers", o});
  if (s.done()) return;
  auto net = std::make_unique<net_type>();
  if (imported) {
    auto const given = std::make_unique<polyfold::network<InFile>>();
    std::cout << e.chosen.weights.string() << ": "
              << polyfold::load_weights(given_weights(e), *given, {.names = e.chosen.names}).comparison();
    net->parameters = given->parameters;
  } else {
    polyfold::initialise(*net, s.options().seed);
    s.train(*net);
  }
  s.finish(*net);
}

/// A network trained from random numbers, its batch norm folded then: the thin control.
template <auto Pipeline>
void train_alone(experiment& e, std::string const& name, std::string const& kind, polyfold::training_options const& o) {
  constexpr auto plain = polyfold::without_batch_norm(Pipeline);
  using net_type = polyfold::network<Pipeline>;
  using plain_type = polyfold::network<plain>;
  step<net_type, plain_type> s(e, {name, kind, "random numbers", o});
  if (s.done()) return;
  auto net = std::make_unique<net_type>();
  polyfold::initialise(*net, s.options().seed);
  s.train(*net);
  auto folded = std::make_unique<plain_type>();
  polyfold::fold_batch_norm(*net, *folded);
  s.finish(*folded);
}

/// Retraining that the dense network takes part in.
[[nodiscard]] inline polyfold::training_options taught(polyfold::training_options o) {
  o.distil.weight = 0.7f;
  return o;
}

/// Trains `net` as `s` says, taught by `dense` where distillation is asked for.
template <class Maps = polyfold::training::exact_maps, class Network, class Measured, class Dense>
void train_taught(experiment& e, step<Network, Measured>& s, Network& net, Dense const& dense,
                  std::function<void(Network&)> rounding = {}, std::optional<Maps> maps = {}) {
  if (s.options().distil.weight > 0) {
    polyfold::teacher_network<Dense, typename step<Network>::scalar> teacher(dense, e.threads);
    s.train(net, rounding, std::ref(teacher), maps);
  } else {
    s.train(net, rounding, {}, maps);
  }
}

/// Fits Folded to the dense network, retrains it, and folds its batch norm.
template <auto Dense, auto Folded>
void retrain(experiment& e, std::string const& name, spelling const& pipeline, polyfold::training_options const& o) {
  constexpr auto plain = polyfold::without_batch_norm(Folded);
  using net_type = polyfold::network<Folded>;
  using plain_type = polyfold::network<plain>;
  auto const dense = earlier<Dense>(e, "dense");
  step<net_type, plain_type> s(e, {name, "folded", joined({"dense network ", checksum_of(*dense)}), o});
  if (s.done()) return;
  auto net = std::make_unique<net_type>();
  polyfold::fit(*dense, *net);
  e.training.shuffle(e.chosen.seed);  // some data sets are sorted by class
  if constexpr (has_batch_norm<net_type>) polyfold::recalibrate_batch_norm(*net, e.training);
  train_taught(e, s, *net, *dense);
  auto folded = std::make_unique<plain_type>();
  polyfold::fold_batch_norm(*net, *folded);
  s.finish(*folded, pipeline);
}

/// Goes on from the configuration `e.from`, which `retrain` has left, on numbers rounded to bytes.
template <auto Dense, auto Folded>
void retrain_in_bytes(experiment& e, std::string const& name, spelling const& pipeline,
                      polyfold::training_options const& o) {
  constexpr auto plain = polyfold::without_batch_norm(Folded);
  using net_type = polyfold::network<plain>;
  using bytes_type = polyfold::network<plain, polyfold::in_bytes>;
  auto const dense = earlier<Dense>(e, "dense");
  auto const net = earlier<plain>(e, e.from);
  step<net_type, bytes_type> s(e, {name, "bytes", joined({e.from, " ", checksum_of(*net)}), o});
  if (s.done()) return;
  train_taught(e, s, *net, *dense, std::function<void(net_type&)>(polyfold::quantised_rounding<bytes_type>()));
  auto bytes = std::make_unique<bytes_type>();
  polyfold::quantise(*net, *bytes);
  s.finish(*bytes, pipeline);
}

/// Images that the scales of an integer network's maps are taken from.
inline constexpr std::size_t calibration_images = 1000;

/// Puts what the configuration `e.from` has left, a network of Trained, into integers as it is.
template <auto Trained>
void quantise_to_integers(experiment& e, std::string const& name, spelling const& pipeline) {
  constexpr auto plain = polyfold::without_batch_norm(Trained);
  using net_type = polyfold::network<plain>;
  using integers_type = polyfold::network<plain, polyfold::in_int8>;
  auto const trained = earlier<Trained>(e, e.from);
  step<net_type, integers_type> s(e, {name, "integers", joined({e.from, " ", checksum_of(*trained)}), {.epochs = 0}});
  if (s.done()) return;
  auto net = std::make_unique<net_type>();
  polyfold::fold_batch_norm(*trained, *net);
  e.training.shuffle(e.chosen.seed);  // some data sets are sorted by class
  auto integers = std::make_unique<integers_type>();
  polyfold::quantise(*net, polyfold::calibrate(*net, e.training, calibration_images), e.pixels, *integers);
  s.finish(*integers, pipeline);
}

/// Goes on from the configuration `e.from`, which `retrain` has left, on the maps and weights that integers have.
template <auto Dense, auto Folded>
void retrain_in_integers(experiment& e, std::string const& name, spelling const& pipeline,
                         polyfold::training_options const& o) {
  constexpr auto plain = polyfold::without_batch_norm(Folded);
  using net_type = polyfold::network<plain>;
  using integers_type = polyfold::network<plain, polyfold::in_int8>;
  using maps_type = polyfold::rounded_maps<net_type>;
  auto const dense = earlier<Dense>(e, "dense");
  auto const net = earlier<plain>(e, e.from);
  step<net_type, integers_type> s(e, {name, "integers", joined({e.from, " ", checksum_of(*net)}), o});
  if (s.done()) return;
  e.training.shuffle(e.chosen.seed);
  auto const seen = polyfold::calibrate(*net, e.training, calibration_images);
  polyfold::int8_rounding<net_type> rounding(seen, e.pixels);
  train_taught(e, s, *net, *dense, std::function<void(net_type&)>(std::ref(rounding)),
               std::optional<maps_type>(std::in_place, seen, e.pixels));
  auto integers = std::make_unique<integers_type>();
  rounding.store(*integers);
  s.finish(*integers, pipeline);
}

/// Retrains the dense network with its weights arranged as in Arranged, maps and all, and puts it into bytes.
template <auto Dense, auto Arranged, polyfold::byte_numbers Rule>
void retrain_arranged_in_bytes(experiment& e, std::string const& name, spelling const& pipeline,
                               polyfold::training_options const& o) {
  constexpr auto plain = polyfold::without_batch_norm(Arranged);
  using net_type = polyfold::network<Dense>;
  using arranged_type = polyfold::network<Arranged>;
  using bytes_type = polyfold::network<plain, Rule>;
  auto const net = earlier<Dense>(e, "dense");
  step<net_type, bytes_type> s(
      e,
      {name, "bytes",
       joined({"dense network ", checksum_of(*net), ", arranged as ", short_form(polyfold::describe<arranged_type>())}),
       o});
  if (s.done()) return;
  auto const dense = earlier<Dense>(e, "dense");
  polyfold::arranged_rounding<arranged_type> rounding;
  s.before_epoch = [&](int) { rounding.restart(); };
  train_taught(e, s, *net, *dense, std::function<void(net_type&)>(std::ref(rounding)));
  auto arranged = std::make_unique<arranged_type>();
  rounding.store(*net, *arranged);
  auto folded = std::make_unique<polyfold::network<plain>>();
  polyfold::fold_batch_norm(*arranged, *folded);
  auto bytes = std::make_unique<bytes_type>();
  polyfold::quantise(*folded, *bytes);
  s.finish(*bytes, pipeline);
}

}  // namespace recorded
