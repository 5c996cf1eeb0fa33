// polyfold as one of the engines, and the check that every engine passes before it is timed.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine.hpp"
#include "packed.hpp"

namespace polyfold::bench {

/// Reproducible images, about normally distributed around 0.
[[nodiscard]] inline std::vector<float> random_images(shape s, int count) {
  std::mt19937 random(7);
  std::normal_distribution<float> value(0.0f, 1.0f);
  std::vector<float> images(std::size_t(s.size()) * std::size_t(count));
  for (float& x : images) x = value(random);
  return images;
}

/// polyfold itself, on one core: a batch is run image by image.
template <auto Pipeline>
class polyfold_engine final : public engine {
 public:
  using network_type = network<Pipeline>;
  explicit polyfold_engine(network_type const& net, int batch)
      : net_(std::make_unique<packed_maps<Pipeline>>()),
        workspace_(std::make_unique<typename packed_maps<Pipeline>::template workspace<>>()),
        images_(std::size_t(batch) * image_size),
        outputs_(std::size_t(batch) * output_size) {
    net_->pack(net);
  }

  void set_input(std::span<float const> images) override { std::copy(images.begin(), images.end(), images_.begin()); }
  void run() override {
    for (std::size_t i = 0; i * image_size < images_.size(); ++i) {
      result_ = net_->run(images_.data() + i * image_size, *workspace_).data();
      // The only output of a single image stays where it is.
      if (images_.size() > image_size) std::copy_n(result_, output_size, outputs_.data() + i * output_size);
    }
  }
  void copy_output(std::span<float> outputs) const override {
    std::copy_n(images_.size() > image_size ? outputs_.data() : result_, outputs.size(), outputs.begin());
  }

 private:
  static constexpr std::size_t image_size = std::size_t(network_type::input_shape.size());
  static constexpr std::size_t output_size = std::size_t(network_type::output_shape.size());
  std::unique_ptr<packed_maps<Pipeline>> net_;
  std::unique_ptr<typename packed_maps<Pipeline>::template workspace<>> workspace_;
  std::vector<float> images_, outputs_;
  float const* result_ = nullptr;
};

/// The engine with a batch of images at its input. Throws std::runtime_error where its outputs are not those of the
/// portable network; of a batch, the first and the last image are compared.
template <auto Pipeline>
[[nodiscard]] std::unique_ptr<engine> checked(std::unique_ptr<engine> tested, network<Pipeline> const& net, int batch,
                                              std::string const& name) {
  using network_type = network<Pipeline>;
  constexpr std::size_t image_size = std::size_t(network_type::input_shape.size());
  constexpr std::size_t output_size = std::size_t(network_type::output_shape.size());
  std::vector<float> const images = random_images(network_type::input_shape, batch);
  std::vector<float> outputs(std::size_t(batch) * output_size);
  tested->set_input(images);
  tested->run();
  tested->copy_output(outputs);
  auto const workspace = std::make_unique<typename network_type::template workspace<float>>();
  for (int const i : {0, batch - 1}) {
    auto const expected = net.run(images.data() + std::size_t(i) * image_size, workspace->data());
    float const* const found = outputs.data() + std::size_t(i) * output_size;
    double largest = 0;
    double difference = 0;
    for (int k = 0; k < int(output_size); ++k) {
      largest = std::max(largest, double(std::abs(expected[k])));
      double const d = std::abs(double(expected[k]) - double(found[k]));
      if (!(d <= difference)) difference = d;  // keeps what is not a number
    }
    if (!(difference <= 2e-3 * largest))
      throw std::runtime_error(name + ": image " + std::to_string(i) + " differs from the portable network by " +
                               std::to_string(difference) + ", the largest output is " + std::to_string(largest));
  }
  return tested;
}

}  // namespace polyfold::bench
