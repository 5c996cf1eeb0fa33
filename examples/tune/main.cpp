// tune MODEL DATA_SET: finds an approximation for every layer of a trained network within a budget of accuracy, bytes or
// multiplications, and prints the type to write. See docs/tuning.md.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>

#include <polyfold/io/file_access.hpp>

#include "../normalisation_options.hpp"
#include "../output_folder.hpp"
#include "../program.hpp"
#include "tune.hpp"

namespace {

struct model_entry {
  void (*run)(settings const&);
  std::vector<std::string> datasets;
};

int run(int argc, char** argv) {
  std::map<std::string, model_entry> const models{{"lenet5", {tune_lenet5, {"mnist", "fashion-mnist"}}},
                                                  {"resnet20", {tune_resnet20, {"cifar-10"}}}};
  settings s;
  s.threads = int(std::max(1U, std::thread::hardware_concurrency()));
  double drop = 0;
  int bits = 32;
  std::string minimised = "bytes";
  polyfold::training_options& retraining = s.options.retraining;

  CLI::App app("Finds an approximation for every layer of a trained network within a budget.");
  app.add_option("model", s.model, "lenet5, or resnet20 with shortcuts of 1x1 convolutions")
      ->required()
      ->check(CLI::IsMember(models));
  app.add_option("data-set", s.dataset, "mnist or fashion-mnist (lenet5), cifar-10 (resnet20)")->required();
  auto* const budget = app.add_option_group("budget", "exactly one of");
  auto* const by_drop = budget->add_option("--max-drop", drop, "percentage points of validation accuracy to lose")
                            ->check(CLI::Range(0.0, 100.0));
  auto* const by_bytes =
      budget->add_option("--max-bytes", s.budget.size, "stored bytes, biases and scales included: 8192 or 8KiB")
          ->transform(CLI::AsSizeValue(true))
          ->check(CLI::PositiveNumber);
  budget->add_option("--max-multiplications", s.budget.size, "multiplications of one inference")
      ->check(CLI::PositiveNumber);
  budget->require_option(1);
  app.add_option("--minimise", minimised, "what becomes small within --max-drop")
      ->needs(by_drop)
      ->check(CLI::IsMember({"bytes", "multiplications"}))
      ->capture_default_str();
  app.add_option("--bits", bits, "of a stored number: 32 or 8; what sizes are counted by")
      ->check(CLI::IsMember({8, 32}))
      ->capture_default_str();
  app.add_option("--weights", s.weights,
                 ".npz, .safetensors or .onnx, from another framework or polyfold; else the exact network is trained")
      ->check(CLI::ExistingFile);
  app.add_option("--names", s.names, "the file's module for each layer, in order, with commas between")->delimiter(',');
  add_normalisation_options(app, s.mean, s.deviation);
  app.add_option("--exact-epochs", s.exact_epochs, "of the exact network, without --weights")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--data", s.data, "folder of the data set (else $POLYFOLD_DATA_DIR, else the download cache)");
  app.add_option("--validation", s.validation, "training images held back to measure on")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  app.add_option("--training", s.training, "training images to retrain on; 0: all others")->capture_default_str();
  app.add_option("--epochs", retraining.epochs, "of retraining at every stop")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--learning-rate", retraining.optimizer.learning_rate, "of retraining, at its highest")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--shift", retraining.shift, "augmentation: pixels that images are moved by, at most")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  app.add_flag("--flip", retraining.flip, "augmentation: every second image is mirrored");
  app.add_option("--candidates", s.options.candidates, "approximations that are measured for each layer")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--sensitivity", s.options.sensitivity_images, "validation images that candidates are measured on")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  app.add_option("--adaptation", s.options.adaptation_images,
                 "training images that the network adapts to each of them on; 0: none, which is many times faster")
      ->capture_default_str();
  app.add_option("--shrink", s.options.shrink, "size of a stop, as a share of that of the stop before")
      ->check(CLI::Range(0.01, 0.99))
      ->capture_default_str();
  app.add_option("--refinements", s.options.refinements, "stops to come closer to --max-drop")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--seed", retraining.seed, "of the split, the order and all else that is random")
      ->capture_default_str();
  app.add_option("--threads", s.threads, "the result is the same for any number")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--output", s.output, "folder for the type, the weights, the table and the picture")
      ->capture_default_str();
  app.add_flag("--test", s.test, "also measure the chosen and the exact network on the test images, once");
  CLI11_PARSE(app, argc, argv);

  model_entry const& model = models.at(s.model);
  if (std::find(model.datasets.begin(), model.datasets.end(), s.dataset) == model.datasets.end())
    throw polyfold::failure(s.model + " is not tuned on '" + s.dataset + "'; expected " + model.datasets.front() +
                            (model.datasets.size() > 1 ? " or " + model.datasets.back() : ""));
  if (by_drop->count() > 0)
    s.budget = polyfold::at_most_drop(
        drop / 100, minimised == "bytes" ? polyfold::measure::bytes : polyfold::measure::multiplications);
  else
    s.budget = by_bytes->count() > 0 ? polyfold::at_most_bytes(s.budget.size)
                                     : polyfold::at_most_multiplications(s.budget.size);
  if (bits == 8) s.options.stored = polyfold::stored_as::bytes;
  s.terminal = isatty(STDOUT_FILENO) != 0;
  s.budget.check();
  s.options.check();
  prepare_output_folder(s.output);
  model.run(s);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  return run_program("tune", [&] { return run(argc, argv); });
}
