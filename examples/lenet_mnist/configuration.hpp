// Training, writing, reading again and measuring one network. Included by one source file per configuration, so that they
// compile side by side.
#pragma once

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/network_file.hpp>
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

/// Writes the trained network, reads the file into a fresh one, and measures that.
template <class Network>
outcome finish(experiment& e, std::string const& name, Network const& net, polyfold::training_options const& o,
               double seconds) {
  std::filesystem::path const path = e.chosen.output / (name + ".safetensors");
  polyfold::save_network(path, net, {{"run", run_text<Network>(e, o)}, {"input", "grey 28 x 28, byte / 255"}});
  auto loaded = std::make_shared<Network>();
  polyfold::load_network(path, *loaded);
  std::filesystem::remove(e.chosen.output / (name + ".checkpoint"));
  return {name,
          polyfold::summarize<Network>(),
          polyfold::evaluate(*loaded, e.held_out, e.threads),
          o.epochs,
          seconds,
          [net = std::shared_ptr<Network const>(loaded)](auto const& images) { return time_per_image(*net, images); }};
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
  polyfold::write_coefficient_header(e.chosen.output / (name + ".hpp"), *net,
                                     {.constant = "lenet_" + name, .pipeline = "polyfold::lenet5_" + name});
  return finish(e, name, *net, o, seconds_since(start));
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
  polyfold::write_coefficient_header(e.chosen.output / (name + ".hpp"), *bytes,
                                     {.constant = "lenet_" + name, .pipeline = pipeline});
  return finish(e, name, *bytes, o, seconds_since(start));
}
