// Works: a network or a layer with random weights, run by polyfold (dense and folded) and by every peer (dense).
//
//   add_work<lenet5>(runs, "lenet5", {1, 64});
//   add_folded<lenet5, lenet5_small>(runs, "lenet5", "small", {1, 64});
// A benchmark's name is work/batch:N/engine; folded forms are called polyfold_NAME, the dense one polyfold.
#pragma once

#include <cmath>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>

#include <polyfold/fit/fit.hpp>
#include <polyfold/fit/fold_batch_norm.hpp>

#include "common/measurement.hpp"
#include "common/polyfold_engine.hpp"

namespace polyfold::bench {

/// Weights that keep the scale of what they are applied to (He et al. 2015), small biases, batch norm near the identity.
template <auto Pipeline>
[[nodiscard]] std::unique_ptr<network<Pipeline>> random_network() {
  using network_type = network<Pipeline>;
  auto net = std::make_unique<network_type>();
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0f, 1.0f);
  auto const fill = [&]<int I>() {
    using layer_type = typename network_type::template layer_at<I>;
    constexpr int count = network_type::parameter_count(I);
    float* const parameters = net->parameters.data() + network_type::first_parameter(I);
    if constexpr (weighted_layer<layer_type>) {
      constexpr int biases = layer_type::spec.bias ? layer_type::spec.filters : 0;
      constexpr float fan_in = float(count - biases) / float(layer_type::spec.filters);
      float const scale = std::sqrt(2.0f / fan_in);
      for (int i = 0; i < count - biases; ++i) parameters[i] = scale * normal(random);
      for (int i = count - biases; i < count; ++i) parameters[i] = 0.1f * normal(random);
    } else if constexpr (count > 0) {  // batch norm
      constexpr int channels = count / 4;
      for (int i = 0; i < count; ++i)
        parameters[i] = (i < channels || i >= 3 * channels ? 1.0f : 0.0f) + 0.05f * std::abs(normal(random));
    }
  };
  [&]<int... I>(std::integer_sequence<int, I...>) { (fill.template operator()<I>(), ...); }
  (std::make_integer_sequence<int, network_type::layers>{});
  return net;
}

/// A network as it is deployed: batch norm folded.
template <auto Pipeline>
[[nodiscard]] auto deployed(std::unique_ptr<network<Pipeline>> net) {
  constexpr auto plain = without_batch_norm(Pipeline);
  if constexpr (std::is_same_v<decltype(plain), decltype(Pipeline) const>) {
    return net;
  } else {
    auto folded = std::make_unique<network<plain>>();
    fold_batch_norm(*net, *folded);
    return folded;
  }
}

/// The dense network of a work: made once, when first asked for.
template <auto Dense>
[[nodiscard]] auto const& dense_network() {
  static auto const net = deployed<Dense>(random_network<Dense>());
  return *net;
}

namespace detail {
template <class Network>
struct pipeline_of;
template <auto Pipeline>
struct pipeline_of<network<Pipeline>> {
  static constexpr auto value = Pipeline;
};
template <class Network>
[[nodiscard]] measurement of_polyfold(std::string const& work, std::string const& engine_name, int batch) {
  measurement m;
  m.name = work + "/batch:" + std::to_string(batch) + "/" + engine_name;
  m.batch = batch;
  m.work = Network::total_cost();
  m.bytes = double(m.work.stored_bytes()) + 4.0 * batch * (Network::input_shape.size() + Network::output_shape.size());
  return m;
}
}  // namespace detail

/// The dense network on polyfold and on every peer that can run it.
template <auto Dense>
void add_work(measurements& all, std::string const& work, std::initializer_list<int> batches) {
  constexpr auto plain = without_batch_norm(Dense);
  using network_type = network<plain>;
  for (int const batch : batches) {
    measurement m = detail::of_polyfold<network_type>(work, "polyfold", batch);
    m.prepare = [=, name = m.name] {
      auto const& net = dense_network<Dense>();
      return checked<plain>(std::make_unique<polyfold_engine<plain>>(net, batch), net, batch, name);
    };
    all.push_back(m);
    for (peer const& p : peers()) {
      if (p.slow && batch > 1 && batch * m.work.multiplications > 100'000'000) continue;
      m.name = work + "/batch:" + std::to_string(batch) + "/" + p.name;
      m.prepare = [=, name = m.name, make = p.make] {
        auto const& net = dense_network<Dense>();
        return checked<plain>(make(describe(net), batch), net, batch, name);
      };
      all.push_back(m);
    }
  }
}

/// A folded form of a work, its numbers fitted to the dense ones. `Folded` has the layers of `Dense`.
template <auto Dense, auto Folded>
void add_folded(measurements& all, std::string const& work, std::string const& how,
                std::initializer_list<int> batches) {
  constexpr auto plain = without_batch_norm(Folded);
  using network_type = network<plain>;
  for (int const batch : batches) {
    measurement m = detail::of_polyfold<network_type>(work, "polyfold_" + how, batch);
    m.prepare = [=, name = m.name] {
      static auto const net = [] {
        auto folded = std::make_unique<network_type>();
        fit(dense_network<Dense>(), *folded);
        return folded;
      }();
      return checked<plain>(std::make_unique<polyfold_engine<plain>>(*net, batch), *net, batch, name);
    };
    all.push_back(m);
  }
}

}  // namespace polyfold::bench
