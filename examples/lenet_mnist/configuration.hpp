// Training, writing, reading again, measuring and exporting one network. Included by one source file per configuration, so that
// they compile side by side.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>
#include <polyfold/train/progress_bar.hpp>
#include <polyfold/train/trainer.hpp>

#include <zlib.h>

#include "experiment.hpp"

/// Tells data sets apart: CRC-32 of all pixels and labels.
inline unsigned long checksum(polyfold::image_set const& images) {
  unsigned long const pixels = crc32_z(0, images.pixels.data(), images.pixels.size());
  std::vector<std::uint8_t> const labels(images.labels.begin(), images.labels.end());
  return crc32_z(pixels, labels.data(), labels.size());
}

/// Everything that a training run depends on, as text: networks and checkpoints of other runs are not taken up.
template <class Network>
std::string run_text(experiment const& e, polyfold::training_options const& o) {
  polyfold::text_stream text;
  text << polyfold::describe<Network>() << "epochs " << o.epochs << ", batch " << o.batch << ", learning rate "
       << o.optimizer.learning_rate << ", dense rate " << o.dense_rate << ", shift " << o.shift << ", seed " << o.seed
       << (o.rounded_epochs > 0 ? ", rounded epochs " + std::to_string(o.rounded_epochs) : "") << ", dense epochs "
       << e.chosen.dense_epochs << "\n"
       << e.training.size() << " training images, checksum " << checksum(e.training.images()) << "\n";
  return text.str();
}

/// Trains `net`, going on from the checkpoint of an interrupted run if there is one. For `rounding` see trainer.
template <class Network>
void train(experiment& e, std::string const& name, Network& net, polyfold::training_options o,
           std::function<void(Network&)> rounding = {}) {
  std::string const run = run_text<Network>(e, o);
  std::filesystem::path const checkpoint = e.chosen.output / (name + ".checkpoint");
  polyfold::trainer<Network> trainer(net, o, e.threads);
  if (auto state = polyfold::load_checkpoint(checkpoint, run, net.parameters.size())) {
    std::cout << name << ": goes on after epoch " << state->epochs_done << " of an interrupted run\n";
    trainer.restore(std::move(*state));
  }
  trainer.rounding = std::move(rounding);
  trainer.on_progress = polyfold::progress_bar(std::cout, name, e.chosen.terminal);
  trainer.after_epoch = [&](int) { polyfold::save_checkpoint(checkpoint, trainer.state(), run); };
  trainer.run(e.training);
}

/// Runs the network on images, one after the other on one thread: microseconds an image.
template <class Network>
double time_per_image(Network const& net, std::vector<float> const& images) {
  constexpr std::size_t size = std::size_t(Network::input_shape.size());
  std::vector<float> workspace(static_cast<std::size_t>(Network::workspace_size));
  float volatile sink = 0;
  auto const start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < images.size(); i += size) sink = sink + net.run(images.data() + i, workspace.data())[0];
  double const microseconds =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  return microseconds * double(size) / double(images.size());
}

/// How a network's description is spelled in C++, and what declares it.
struct spelling {
  std::string pipeline;
  std::string include = "polyfold/inference.hpp";
};

/// Writes a header of coefficients, with two of the held-out images as samples.
template <class Network>
void write_header(experiment const& e, std::string const& name, Network const& net, spelling const& spelled,
                  int correct) {
  using pixel = typename Network::pixel;
  constexpr std::size_t size = std::size_t(Network::input_shape.size());
  std::vector<pixel> samples(2 * size);
  for (std::size_t i = 0; i < 2; ++i)
    if constexpr (std::is_same_v<pixel, float>)
      e.held_out.load(i, samples.data() + i * size);
    else
      std::copy_n(e.held_out.images().image(e.held_out.index(i)).data(), size, samples.data() + i * size);
  std::string file = name;
  std::replace(file.begin(), file.end(), ' ', '_');
  double const percent = 100.0 * correct / double(e.held_out.size());
  polyfold::write_coefficient_header(e.chosen.output / (file + ".hpp"), net,
                                     {.constant = "lenet_" + file,
                                      .pipeline = spelled.pipeline,
                                      .include = spelled.include,
                                      .source = "lenet_mnist, " + name + ", seed " + std::to_string(e.chosen.seed) +
                                                ": " + polyfold::with_decimals(percent, 2) + " % of " +
                                                polyfold::with_thousands(e.held_out.size()) + " images",
                                      .pixels = polyfold::normalisation{}},
                                     samples);
}

/// The header of a network in floats or in bytes, and that of the same network in integers, where it has an integer form.
template <auto Pipeline, auto Numbers>
void write_headers(experiment const& e, std::string const& name, polyfold::network<Pipeline, Numbers> const& net,
                   spelling const& spelled, polyfold::evaluation const& measured) {
  using namespace polyfold;
  write_header(e, name, net, spelled, measured.correct);
  if constexpr (std::is_same_v<std::remove_const_t<decltype(Numbers)>, float32_numbers> &&
                integer::integer_program<typename network<Pipeline>::program_type, in_int8.moment_bits>::right) {
    auto const seen = calibrate(net, e.training, 1000);
    network<Pipeline, in_int8> quantised;
    quantise(net, seen, normalisation{}, quantised);
    network<Pipeline, in_int8, rolling_rows> const integers{quantised};
    typename decltype(integers)::template workspace<> workspace;
    int correct = 0;
    for (std::size_t i = 0; i < e.held_out.size(); ++i) {
      auto const logits = integers.run(e.held_out.images().image(e.held_out.index(i)).data(), &workspace);
      correct += int(std::max_element(logits.begin(), logits.end()) - logits.begin()) == e.held_out.label(i);
    }
    std::cout << name << ": " << correct << " of " << e.held_out.size() << " images in integers, " << measured.correct
              << " in floats\n";
    write_header(e, name + "_int8", integers, spelled, correct);
  }
}

/// Writes the trained network, reads the file into a fresh one, measures and exports that.
template <class Network>
outcome finish(experiment& e, std::string const& name, Network const& net, spelling const& spelled,
               polyfold::training_options const& o, double seconds) {
  std::filesystem::path const path = e.chosen.output / (name + ".safetensors");
  polyfold::save_network(path, net, {{"run", run_text<Network>(e, o)}, {"input", "grey 28 x 28, byte / 255"}});
  auto loaded = std::make_shared<Network>();
  polyfold::load_network(path, *loaded);
  std::filesystem::remove(e.chosen.output / (name + ".checkpoint"));
  outcome measured{
      name,
      polyfold::summarize<Network>(),
      polyfold::evaluate(*loaded, e.held_out, e.threads),
      o.epochs,
      seconds,
      [net = std::shared_ptr<Network const>(loaded)](auto const& images) { return time_per_image(*net, images); }};
  write_headers(e, name, *loaded, spelled, measured.result);
  return measured;
}

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Fits a configuration to the dense network, retrains it and measures it.
template <auto Pipeline>
outcome retrain(experiment& e, std::string const& name, dense_network const& dense, polyfold::training_options o) {
  o.seed = e.chosen.seed;
  if (e.chosen.epochs > 0) o.epochs = e.chosen.epochs;
  auto const start = std::chrono::steady_clock::now();
  auto net = std::make_unique<polyfold::network<Pipeline>>();
  polyfold::fit(dense, *net);
  train(e, name, *net, o);
  return finish(e, name, *net, {"polyfold::lenet5_" + name}, o, seconds_since(start));
}

/// Retrains a network on numbers rounded to bytes, and measures the network of bytes. `pipeline` is the spelling of
/// Pipeline in C++.
template <auto Pipeline>
outcome retrain_in_bytes(experiment& e, std::string const& name, std::string const& pipeline,
                         polyfold::network<Pipeline>& net, polyfold::training_options o) {
  using quantised = polyfold::network<Pipeline, polyfold::in_bytes>;
  o.seed = e.chosen.seed;
  if (e.chosen.epochs > 0) o.epochs = e.chosen.epochs;
  o.rounded_epochs = o.epochs;
  auto const start = std::chrono::steady_clock::now();
  train<polyfold::network<Pipeline>>(e, name, net, o, polyfold::quantised_rounding<quantised>());
  auto bytes = std::make_unique<quantised>();
  polyfold::quantise(net, *bytes);
  return finish(e, name, *bytes, {pipeline}, o, seconds_since(start));
}
