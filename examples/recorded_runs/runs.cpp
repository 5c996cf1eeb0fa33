#include "runs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include <polyfold/data/validation_split.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/train/training_options.hpp>

#include "../output_folder.hpp"

namespace {

/// Throws `polyfold::failure` where one of these configurations goes on from what is neither there nor left by one before
/// it.
void check_starts(experiment const& e, std::vector<configuration> const& configurations) {
  std::vector<std::string> made;
  auto const is_made = [&](std::string const& name) { return std::count(made.begin(), made.end(), name) > 0; };
  for (configuration const& c : configurations) {
    if (!c.from.empty() && !is_made("dense")) (void)network_of(e, "dense");
    if (!c.from.empty() && !is_made(c.from)) (void)network_of(e, c.from);
    // Every record has what the dense network gets right beside it.
    if (c.name != "dense" && !is_made("dense")) (void)left_by("dense", "record", e.record_file("dense", ".json"));
    made.push_back(c.name);
  }
}

/// Runs the wanted configurations of a study, or all of them, with every seed.
void run_study(study const& s, std::vector<configuration> const& configurations, settings chosen,
               std::filesystem::path const& folder, std::vector<std::string> const& wanted,
               std::vector<std::uint64_t> const& seeds, int threads) {
  for (std::string const& name : wanted)
    if (std::none_of(configurations.begin(), configurations.end(), [&](auto& c) { return c.name == name; }))
      throw polyfold::failure(s.name + " has no configuration '" + name + "'.");
  // Before the data are loaded and a first configuration has trained for hours.
  prepare_output_folder(chosen.work);
  prepare_output_folder(chosen.records);
  polyfold::dataset_splits const data = polyfold::load_dataset(s.data, folder);
  polyfold::normalisation const normalise = s.normalise.value_or(data.normalise);
  polyfold::thread_pool all_threads(threads);
  // Drawn once and for all: settings that are chosen with one seed may be compared with those of another.
  constexpr std::uint64_t split_seed = 1;
  auto const source_of = [&](bool training) {
    if (chosen.wanted != task::validate) return polyfold::dataset(training ? data.training : data.test, normalise);
    auto parts = polyfold::split_by_class(data.training, s.validation, split_seed);
    return polyfold::dataset(data.training, normalise, std::move(training ? parts.training : parts.validation));
  };
  std::vector<configuration> runs;
  std::copy_if(configurations.begin(), configurations.end(), std::back_inserter(runs), [&](configuration const& c) {
    return wanted.empty() || std::count(wanted.begin(), wanted.end(), c.name) > 0;
  });
  auto const experiment_of = [&](std::uint64_t seed) {
    chosen.seed = seed;
    return experiment{s.name, s.data, chosen, all_threads, source_of(true), source_of(false), normalise};
  };
  for (std::uint64_t const seed : seeds) check_starts(experiment_of(seed), runs);
  for (std::uint64_t const seed : seeds) {
    experiment e = experiment_of(seed);
    for (configuration const& c : runs) {
      e.from = c.from;
      c.run(e, c.name);
    }
  }
}

}  // namespace

int run_studies(int argc, char** argv, std::vector<study> const& studies, configuration_table const& configurations) {
  CLI::App app(
      "Trains, folds, retrains and measures networks, and leaves a record of each. An interrupted run goes on where it "
      "stopped when it is started again.");
  settings chosen;
  std::string wanted;
  std::string name;
  std::filesystem::path data;
  std::vector<std::string> only;
  std::vector<std::uint64_t> seeds{1};
  int threads = int(std::max(1U, std::thread::hardware_concurrency()));
  chosen.work = "work";
  chosen.records = "records";
  std::vector<std::string> names;
  for (study const& s : studies) names.push_back(s.name);

  app.add_option("task", wanted,
                 "validate: train on a part of the training images and measure on the others, to choose settings; "
                 "test: train on all and measure on the test images; "
                 "list: say what there is")
      ->required()
      ->check(CLI::IsMember({"validate", "test", "list"}));
  app.add_option("study", name, "one of the studies that list says")->check(CLI::IsMember(names));
  app.add_option("--data", data, "folder of the data set, or of data sets (else $POLYFOLD_DATA_DIR, else the cache)");
  app.add_option("--weights", chosen.weights, "trained weights for the dense network: .npz, .safetensors or .onnx")
      ->check(CLI::ExistingFile);
  app.add_option("--names", chosen.names, "the file's module for each layer, in order, with commas between")
      ->delimiter(',');
  app.add_option("--configuration", only, "with commas between; all of the study's without")->delimiter(',');
  app.add_option("--seeds", seeds, "of weights, order and all else that is random, with commas between")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--threads", threads, "threads of training; the result is the same for any number")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--work", chosen.work, "folder for checkpoints and networks")->capture_default_str();
  app.add_option("--records", chosen.records, "folder for records")->capture_default_str();
  auto* const epochs =
      app.add_option("--epochs", chosen.epochs, "of retraining; for validation only")->check(CLI::Range(1, 10000));
  auto* const rate = app.add_option("--learning-rate", chosen.learning_rate, "of retraining; for validation only");
  auto* const taught = app.add_option("--distillation", chosen.distillation,
                                      "share of the dense network's outputs in "
                                      "the loss; for validation only")
                           ->check(CLI::Range(0.0, 1.0));
  CLI11_PARSE(app, argc, argv);

  if (wanted == "list") {
    for (study const& s : studies) {
      std::cout << s.name << " (" << s.data << "):";
      for (configuration const& c : configurations.at(s.name)) std::cout << ' ' << c.name;
      std::cout << '\n';
    }
    return EXIT_SUCCESS;
  }
  chosen.wanted = wanted == "validate" ? task::validate : task::test;
  chosen.terminal = isatty(STDOUT_FILENO) != 0;
  bool const changed = epochs->count() + rate->count() + taught->count() > 0;
  if (changed && chosen.wanted != task::validate)
    throw polyfold::failure(
        "--epochs, --learning-rate and --distillation are for the task validate: the recorded figure "
        "is that of the configuration itself.");
  polyfold::training_options changes;
  changes.epochs = chosen.epochs.value_or(changes.epochs);
  changes.optimizer.learning_rate = chosen.learning_rate.value_or(changes.optimizer.learning_rate);
  changes.distil.weight = chosen.distillation.value_or(changes.distil.weight);
  changes.check();
  if (name.empty()) throw polyfold::failure("name a study: each takes its own data and time.");
  study const& s = *std::find_if(studies.begin(), studies.end(), [&](study const& one) { return one.name == name; });
  run_study(s, configurations.at(name), chosen, data, only, seeds, threads);
  return EXIT_SUCCESS;
}
