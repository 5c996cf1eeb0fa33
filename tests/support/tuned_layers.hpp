// What the tuner computes at run time against what the compiler computes of the type: costs, and the nearest weights.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/network.hpp>
#include <polyfold/tune/run_time_cost.hpp>
#include <polyfold/tune/segment_projection.hpp>
#include <polyfold/tune/spelling.hpp>

#include "support/equivalence.hpp"

namespace test {

/// The approximations of a network's layers with weights.
template <class Network>
[[nodiscard]] std::vector<polyfold::approximation> approximations_of() {
  std::vector<polyfold::approximation> all;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          if constexpr (polyfold::weighted_layer<typename Network::template layer_at<I>>)
            all.push_back(Network::template layer_at<I>::spec.approximated);
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Network::layers>{});
  return all;
}

/// Counts Folded's approximations from Exact's layers, as of a network of type Stored.
template <class Exact, class Folded, class Stored>
void check_counts_of(polyfold::stored_as stored) {
  using namespace polyfold;
  tuning::counted_network const counted =
      tuning::count_network(tuning::layer_forms<Exact>(), approximations_of<Folded>(),
                            tuning::cost_of_layers_without_weights<Exact>(stored), stored);
  CHECK(counted.total == Stored::total_cost());
  CHECK(counted.approximated == Stored::approximated_cost());
  std::vector<cost> layers;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          if constexpr (weighted_layer<typename Folded::template layer_at<I>>)
            layers.push_back(Stored::template layer_cost<I>());
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Folded::layers>{});
  CHECK(counted.layers == layers);
}

/// The same for the network itself and for what it is in bytes.
template <auto Exact, auto Folded>
void check_counts() {
  using namespace polyfold;
  check_counts_of<network<Exact>, network<Folded>, network<Folded>>(stored_as::float32);
  check_counts_of<network<Exact>, network<Folded>, network<Folded, in_bytes>>(stored_as::bytes);
}

/// Counts, and the projection of random weights, of one layer on `Input`.
template <auto Input, auto Layer, auto... Cuts>
void check_layer() {
  using namespace polyfold;
  using exact_type = network<Input | Layer>;
  using folded_type = network<Input | Layer(Cuts...)>;
  approximation const cuts = approximations_of<folded_type>().front();
  INFO(tuning::spelled(cuts));
  check_counts<Input | Layer, Input | Layer(Cuts...)>();

  auto exact_net = std::make_unique<exact_type>();
  auto folded = std::make_unique<folded_type>();
  random_numbers random(3);
  random.fill(exact_net->parameters);
  std::vector<float> projected(exact_net->parameters.begin(), exact_net->parameters.end());
  tuning::segment_projection const project(tuning::layer_forms<exact_type>().front(), cuts);
  project(projected.data());
  fit(*exact_net, *folded);
  fit(*folded, *exact_net);
  std::vector<float> const fitted(exact_net->parameters.begin(), exact_net->parameters.end());
  CHECK(relative_error(projected, fitted) < 2e-5);
  std::vector<float> again = projected;
  project(again.data());
  CHECK(relative_error(again, projected) < 1e-6);
}

}  // namespace test
