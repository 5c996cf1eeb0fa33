// What the runs share: the data, the settings, and what a configuration is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <polyfold/data/normalisation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/text.hpp>
#include <polyfold/thread_pool.hpp>
#include <polyfold/train/dataset.hpp>

enum class task {
  validate,  // train on a part of the training images and measure on the others: to choose settings
  test       // train on all of them and measure on the test images: the recorded figure
};

struct settings {
  task wanted = task::validate;
  std::filesystem::path work;      // checkpoints, and every network
  std::filesystem::path records;   // records, and the networks that are small
  std::filesystem::path weights;   // trained weights to start from; empty: the dense network is trained here
  std::vector<std::string> names;  // the file's module for each layer, where its order does not say
  std::uint64_t seed = 1;
  bool terminal = false;
  // Instead of the configuration's own, for choices on the validation images.
  std::optional<int> epochs;
  std::optional<float> learning_rate;
  std::optional<float> distillation;
};

/// A study's data and folders, as a configuration needs them.
struct experiment {
  std::string study;
  std::string data;  // name of the data set
  settings chosen;
  polyfold::thread_pool& threads;
  polyfold::dataset training;
  polyfold::dataset held_out;  // the test images, or those of the validation split
  polyfold::normalisation pixels;
  std::string from{};  // what the present configuration goes on from

  /// The configuration's name, and the settings that are not its own: "small_epochs2_rate0.01". Those of the dense network
  /// are never changed.
  [[nodiscard]] std::string trial(std::string const& configuration) const {
    polyfold::text_stream name;
    name << configuration;
    if (configuration == "dense") return name.str();
    if (chosen.epochs) name << "_epochs" << *chosen.epochs;
    if (chosen.learning_rate) name << "_rate" << *chosen.learning_rate;
    if (chosen.distillation) name << "_distillation" << *chosen.distillation;
    return name.str();
  }
  /// "small", seed 1: WORK/STUDY/small_seed1, in a folder of its own for validation.
  [[nodiscard]] std::filesystem::path work_file(std::string const& configuration, std::string const& extension) const {
    return chosen.work / place() / file_name(configuration, extension);
  }
  [[nodiscard]] std::filesystem::path record_file(std::string const& configuration,
                                                  std::string const& extension) const {
    return chosen.records / place() / file_name(configuration, extension);
  }

 private:
  [[nodiscard]] std::string file_name(std::string const& configuration, std::string const& extension) const {
    return trial(configuration) + "_seed" + std::to_string(chosen.seed) + extension;
  }
  [[nodiscard]] std::filesystem::path place() const {
    return chosen.wanted == task::validate ? std::filesystem::path(study) / "validation" : std::filesystem::path(study);
  }
};

/// The file that the configuration `name` has left: its network or its record. Throws `polyfold::failure` where there is
/// none.
[[nodiscard]] inline std::filesystem::path left_by(std::string const& name, std::string const& what,
                                                   std::filesystem::path const& file) {
  if (!polyfold::is_there(file))
    throw polyfold::failure(file, "is not there", "the " + what + " of configuration '" + name + "'",
                            "run that configuration first");
  return file;
}
[[nodiscard]] inline std::filesystem::path network_of(experiment const& e, std::string const& name) {
  return left_by(name, "network", e.work_file(name, ".safetensors"));
}

/// A network with a way to train it. `run` does what the experiment's task says.
struct configuration {
  std::string name;
  void (*run)(experiment&, std::string const& name);
  /// The configuration whose network it goes on from, taught by the dense one; empty: it starts from random numbers.
  std::string from = "dense";
};

/// The configurations of every study, the dense network first, which the folded ones start from.
using configuration_table = std::map<std::string, std::vector<configuration>>;
