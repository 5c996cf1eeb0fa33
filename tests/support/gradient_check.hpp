// Checks the gradients of any pipeline against central differences, in two lines:
//
//   constexpr auto p = input<2, 5, 5> | conv2d<3, 3> | tanh_activation | dense<4>;
//   test::check_gradients<p>();
//
// The loss is a random weighting of the outputs of all images, summed in double. Every coordinate's error is measured
// against the root mean square of the whole gradient, so that coordinates of small derivative cannot fail for rounding.
// Central differences need smooth functions: use tanh or sigmoid between layers, and `spaced` inputs for functions with
// kinks (relu, maximum), whose inputs then keep apart from each other and from 0 by more than two steps.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/layers/stored_part.hpp>
#include <polyfold/network.hpp>
#include <polyfold/train/tape.hpp>

#include "catch.hpp"
#include "support/random.hpp"

namespace test {

enum class inputs { normal, spaced };

struct gradient_errors {
  double parameters = 0;  // largest error over stored parameters, relative to the root mean square of their gradient
  double images = 0;      // the same over pixels
};

/// Which stored parameters have a gradient: running statistics have none.
template <class Network>
[[nodiscard]] std::vector<std::size_t> trained_parameters() {
  std::vector<std::size_t> trained;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          auto number = std::size_t(Network::first_parameter(I));
          for (polyfold::stored_part const& part : Network::template layer_parts<I>())
            for (int i = 0; i < part.count; ++i, ++number)
              if (part.role != polyfold::part_role::statistic) trained.push_back(number);
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Network::layers>{});
  return trained;
}

/// Errors of up to `samples` numbers and as many pixels, drawn at random.
template <class Network, class T>
[[nodiscard]] gradient_errors gradient_errors_of(std::uint64_t seed, inputs kind, int samples, float scale) {
  constexpr int images = polyfold::lane_count<T>;
  constexpr int pixels = Network::input_shape.size();
  constexpr int outputs = Network::output_shape.size();
  constexpr float parameter_step = 0x1p-7f;
  constexpr float pixel_step = 0x1p-5f;
  constexpr float spacing = 5 * pixel_step;
  random_numbers random(seed);

  auto const net = std::make_unique<Network>();
  randomise(*net, random, scale);
  std::vector<T> image(static_cast<std::size_t>(pixels), T(0.0f));
  std::vector<int> rank(static_cast<std::size_t>(pixels));
  for (int i = 0; i < pixels; ++i) rank[std::size_t(i)] = i;
  for (int lane = 0; lane < images; ++lane) {
    random.shuffle(rank);
    for (int i = 0; i < pixels; ++i)
      set_lane(image[std::size_t(i)], lane,
               kind == inputs::normal ? random.normal() : (float(rank[std::size_t(i)] - pixels / 2) + 0.5f) * spacing);
  }
  std::vector<T> weights(static_cast<std::size_t>(outputs), T(0.0f));
  for (T& w : weights)
    for (int lane = 0; lane < images; ++lane) set_lane(w, lane, random.normal());

  polyfold::training::tape<Network, T> tape;
  auto const loss = [&] {
    T const* const y = tape.forward(*net, image.data(), 3);
    double sum = 0;
    for (int i = 0; i < outputs; ++i)
      for (int lane = 0; lane < images; ++lane)
        sum += double(lane_of(weights[std::size_t(i)], lane)) * double(lane_of(y[i], lane));
    return sum;
  };
  std::vector<float> gradient(net->parameters.size());
  std::vector<T> image_gradient(image.size(), T(0.0f));
  (void)loss();
  T* const seeded = tape.output_gradient();
  for (int i = 0; i < outputs; ++i) seeded[i] = weights[std::size_t(i)];
  tape.backward(*net, gradient.data(), image_gradient.data());

  // Differences over one step and over two, combined so that errors of the second order in the step cancel.
  auto const slope = [&](float at, float step, auto set) {
    auto const loss_at = [&](float v) {
      set(v);
      return loss();
    };
    double const near = loss_at(at + step) - loss_at(at - step);
    double const far = loss_at(at + 2 * step) - loss_at(at - 2 * step);
    set(at);
    return (8 * near - far) / (12 * double(step));
  };

  gradient_errors errors;
  std::vector<std::size_t> const trained = trained_parameters<Network>();
  if (!trained.empty()) {
    double square = 0;
    for (std::size_t const i : trained) square += double(gradient[i]) * double(gradient[i]);
    double const norm = std::sqrt(square / double(trained.size()));
    bool const all = trained.size() <= std::size_t(samples);
    for (int k = 0; k < (all ? int(trained.size()) : samples); ++k) {
      std::size_t const i = trained[std::size_t(all ? k : random.below(int(trained.size())))];
      double const expected = slope(net->parameters[i], parameter_step, [&](float v) { net->parameters[i] = v; });
      errors.parameters = std::fmax(errors.parameters, std::abs(expected - double(gradient[i])) / norm);
    }
  }
  double square = 0;
  for (T const& g : image_gradient)
    for (int lane = 0; lane < images; ++lane) square += double(lane_of(g, lane)) * double(lane_of(g, lane));
  double const norm = std::sqrt(square / double(pixels) / images);
  for (int k = 0; k < samples; ++k) {
    std::size_t const i = std::size_t(random.below(pixels));
    int const lane = random.below(images);
    double const expected = slope(lane_of(image[i], lane), pixel_step, [&](float v) { set_lane(image[i], lane, v); });
    errors.images = std::fmax(errors.images, std::abs(expected - double(lane_of(image_gradient[i], lane))) / norm);
  }
  return errors;
}

/// All gradients of a pipeline, for sixteen images side by side.
template <auto Pipeline, class T = polyfold::lanes<float, 16>>
void check_gradients(inputs kind = inputs::normal, float scale = 0.2f) {
  constexpr int samples = 100;
  constexpr double tolerance = 2e-3;
  for (std::uint64_t const seed : {1u, 2u}) {
    gradient_errors const errors = gradient_errors_of<polyfold::network<Pipeline>, T>(seed, kind, samples, scale);
    INFO("seed " << seed);
    CHECK(errors.parameters < tolerance);
    CHECK(errors.images < tolerance);
  }
}

}  // namespace test
