// Trains, folds, retrains and measures the networks of the recorded studies, and leaves a record of each.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <thread>

#include <CLI/CLI.hpp>

#include <polyfold/data/validation_split.hpp>
#include <polyfold/io/data_set.hpp>

#include "experiment.hpp"

namespace {

/// Seeds of the networks that are recorded for a study: SMALL_seed3.safetensors has 3.
std::vector<std::uint64_t> recorded_seeds(std::filesystem::path const& folder) {
  std::set<std::uint64_t> seeds;
  std::error_code code;
  for (auto const& entry : std::filesystem::directory_iterator(folder, code)) {
    std::string const stem = entry.path().stem().string();
    std::size_t const at = stem.rfind("_seed");
    if (entry.path().extension() == ".safetensors" && at != std::string::npos)
      seeds.insert(std::strtoull(stem.c_str() + at + 5, nullptr, 10));
  }
  return {seeds.begin(), seeds.end()};
}

/// Whether the study's data are at hand; says so where they are not.
bool has_data(study const& s, std::filesystem::path const& folder) {
  try {
    (void)polyfold::find_data_set(s.data, folder);
    return true;
  } catch (polyfold::error const& failure) {
    std::cout << s.name << " is left out: " << failure.what() << "\n";
    return false;
  }
}

/// Runs the wanted configurations of a study with every seed.
void run_study(study const& s, settings chosen, std::filesystem::path const& folder,
               std::vector<std::string> const& configurations, std::vector<std::uint64_t> const& seeds, int threads) {
  for (std::string const& name : configurations)
    if (std::none_of(s.configurations.begin(), s.configurations.end(), [&](auto& c) { return c.name == name; }))
      throw polyfold::error(s.name + " has no configuration '" + name + "'.");
  polyfold::data_set const data = polyfold::load_data_set(s.data, folder);
  polyfold::normalisation const normalise = s.normalise.value_or(data.normalise);
  polyfold::workers all_threads(threads);
  // Drawn once and for all: settings that are chosen with one seed may be compared with those of another.
  constexpr std::uint64_t split_seed = 1;
  auto const source_of = [&](bool training) {
    if (chosen.wanted != task::validate) return polyfold::batch_source(training ? data.training : data.test, normalise);
    auto parts = polyfold::split_by_class(data.training, s.validation, split_seed);
    return polyfold::batch_source(data.training, normalise, std::move(training ? parts.training : parts.validation));
  };
  for (std::uint64_t const seed : seeds) {
    chosen.seed = seed;
    experiment e{s.name, s.data, chosen, all_threads, source_of(true), source_of(false)};
    for (configuration const& c : s.configurations)
      if (configurations.empty() || std::count(configurations.begin(), configurations.end(), c.name) > 0)
        c.run(e, c.name);
  }
}

int run(int argc, char** argv) {
  CLI::App app(
      "Trains, folds, retrains and measures networks, and leaves a record of each. An interrupted run goes on where it "
      "stopped when it is started again.");
  settings chosen;
  std::string wanted;
  std::string name;
  std::filesystem::path data;
  std::vector<std::string> configurations;
  std::vector<std::uint64_t> seeds{1};
  int threads = int(std::max(1U, std::thread::hardware_concurrency()));
  chosen.work = "work";
  chosen.records = "records";
  std::vector<study> const studies = all_studies();
  std::vector<std::string> names;
  for (study const& s : studies) names.push_back(s.name);

  app.add_option("task", wanted,
                 "validate: train on a part of the training images and measure on the others, to choose settings; "
                 "test: train on all and measure on the test images; "
                 "remeasure: measure the recorded networks again; "
                 "list: say what there is")
      ->required()
      ->check(CLI::IsMember({"validate", "test", "remeasure", "list"}));
  app.add_option("study", name, "one of the studies that list says; all of them without")->check(CLI::IsMember(names));
  app.add_option("--data", data, "folder of the data set, or of data sets (else $POLYFOLD_DATA_DIR, else the cache)");
  app.add_option("--weights", chosen.weights, "trained weights for the dense network, .npz or .safetensors")
      ->check(CLI::ExistingFile);
  app.add_option("--configuration", configurations, "with commas between; all of the study's without")->delimiter(',');
  app.add_option(
         "--seeds", seeds,
         "of weights, order and all else that is random, with commas between; remeasure takes all that are recorded")
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
      for (configuration const& c : s.configurations) std::cout << ' ' << c.name;
      std::cout << '\n';
    }
    return EXIT_SUCCESS;
  }
  chosen.wanted = wanted == "validate" ? task::validate : wanted == "test" ? task::test : task::remeasure;
  chosen.terminal = isatty(STDOUT_FILENO) != 0;
  bool const changed = epochs->count() + rate->count() + taught->count() > 0;
  if (changed && chosen.wanted != task::validate)
    throw polyfold::error(
        "--epochs, --learning-rate and --distillation are for the task validate: the recorded figure "
        "is that of the configuration itself.");
  if (name.empty() && chosen.wanted != task::remeasure)
    throw polyfold::error("name a study: each takes its own data and time.");
  for (study const& s : studies) {
    if (!name.empty() && name != s.name) continue;
    if (chosen.wanted == task::remeasure) {
      auto const recorded = recorded_seeds(chosen.records / s.name);
      if (!recorded.empty() && has_data(s, data)) run_study(s, chosen, data, configurations, recorded, threads);
    } else {
      run_study(s, chosen, data, configurations, seeds, threads);
    }
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (std::exception const& failure) {
    std::cerr << "recorded_runs: " << failure.what() << "\n";
    return EXIT_FAILURE;
  }
}
