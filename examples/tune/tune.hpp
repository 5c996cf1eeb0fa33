// What tune does with a model. Every model is compiled in a file of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/train/progress_bar.hpp>
#include <polyfold/tune/tuner.hpp>
#include <polyfold/tune/tuning_report.hpp>

struct settings {
  std::string model;
  std::string dataset;
  std::filesystem::path data;
  std::filesystem::path weights;  // empty: the exact network is trained here
  std::vector<std::string> names;
  std::vector<float> mean, deviation;  // of the images that the weights were trained on; empty: those of the data set
  std::filesystem::path output = "tuned";
  polyfold::tuning_budget budget;
  polyfold::tuning_options options;
  int exact_epochs = 12;
  std::size_t validation = 5000;
  std::size_t training = 0;  // images of retraining; 0: all that are not for validation
  int threads = 1;
  bool test = false;
  bool terminal = false;
};

void tune_lenet5(settings const& s);
void tune_resnet20(settings const& s);

/// The images, split. The test images are looked at once, and only if asked for.
struct tuning_data {
  polyfold::image_set training;
  polyfold::image_set test;
  polyfold::normalisation normalise;
  polyfold::validation_split parts;
};
tuning_data load(settings const& s);
/// What the file of weights holds.
polyfold::weight_source given_weights(settings const& s);

/// How a model is written in C++.
struct spelled_model {
  std::string header;  // polyfold/models/lenet5.hpp
  std::string call;    // make_lenet5(relu, RULE), with RULE for the rule of approximations
};

/// Throws where the exact network is no better than guessing.
void check_exact(settings const& s, double accuracy, int classes);
/// Says how far the measuring of candidates is.
std::function<void(int, int)> candidate_progress(settings const& s);
/// Prints the networks and the chosen type; writes them, and the picture, to the output folder.
void report(settings const& s, polyfold::tuning_result const& found,
            std::vector<polyfold::tuning::layer_form> const& forms, spelled_model const& model);

/// The weights that were named, or trained ones, which are written to the output folder.
template <class Network>
void load_exact(settings const& s, Network& net, polyfold::dataset const& training, polyfold::thread_pool& threads) {
  if (s.weights.empty()) {
    polyfold::initialise(net, s.options.retraining.seed);
    polyfold::training_options o{.epochs = s.exact_epochs,
                                 .shift = s.options.retraining.shift,
                                 .flip = s.options.retraining.flip,
                                 .seed = s.options.retraining.seed,
                                 .optimizer = {.learning_rate = 4e-3f}};
    polyfold::dataset images = training;
    polyfold::trainer<Network> trainer(net, o, threads);
    trainer.on_progress = polyfold::progress_bar(std::cout, "exact", s.terminal);
    trainer.run(images);
    polyfold::save_network(s.output / "exact.safetensors", net);
  } else if (s.weights.extension() == ".safetensors" &&
             polyfold::read_safetensors(s.weights).metadata.contains("network")) {
    polyfold::load_network(s.weights, net);
  } else {
    std::cout << s.weights.string() << ": "
              << polyfold::load_weights(given_weights(s), net, {.names = s.names}).comparison();
  }
}

template <auto Model>
void tune(settings const& s, spelled_model const& spelling) {
  using network_type = polyfold::network<Model>;
  using sixteen_images = polyfold::lanes<float, 16>;
  tuning_data const data = load(s);
  polyfold::thread_pool threads(s.threads);
  polyfold::dataset const training(data.training, data.normalise, data.parts.training);
  polyfold::dataset const validation(data.training, data.normalise, data.parts.validation);

  auto net = std::make_unique<network_type>();
  load_exact(s, *net, training, threads);
  polyfold::tuner<network_type> tuner(*net, training, validation, s.options, threads);
  tuner.on_measured = candidate_progress(s);
  tuner.on_retraining = [&](std::string const& stop) { return polyfold::progress_bar(std::cout, stop, s.terminal); };
  tuner.on_point = [&, exact = true](polyfold::tuning_point const& p) mutable {
    if (exact) check_exact(s, p.accuracy, network_type::output_shape.size());
    std::cout << (exact ? "exact network: " : "  ") << polyfold::with_thousands(p.costs.total.stored_bytes())
              << " bytes, " << polyfold::with_thousands(p.costs.total.multiplications) << " multiplications, "
              << polyfold::as_percent(p.accuracy, 2) << " of the validation images right, drop "
              << polyfold::with_decimals(100 * p.drop, 2) << " points\n";
    exact = false;
  };
  polyfold::tuning_result const found = tuner.run(s.budget);
  report(s, found, polyfold::tuning::layer_forms<network_type>(), spelling);

  auto const chosen = std::make_unique<network_type>(*net);
  std::copy(found.best().parameters.begin(), found.best().parameters.end(), chosen->parameters.begin());
  std::filesystem::path const file = s.output / "tuned.safetensors";
  polyfold::save_network(file, *chosen);
  std::cout << "Written to " << std::filesystem::absolute(s.output).string()
            << ": tuned.hpp (the type), tuned.safetensors (the exact type with weights on the chosen segments), "
               "tuning.md, front.svg\n";
  if (!s.test) return;
  polyfold::dataset const test(data.test, data.normalise);
  auto const accuracy = [&](network_type const& n) {
    return polyfold::as_percent(polyfold::evaluate<sixteen_images>(n, test, threads).accuracy(), 2);
  };
  std::cout << "On " << polyfold::with_thousands(test.size()) << " test images: exact " << accuracy(*net) << ", chosen "
            << accuracy(*chosen) << '\n';
}
