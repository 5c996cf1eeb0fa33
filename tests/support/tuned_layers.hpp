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

/// Counts Folded's approximations from Exact's layers.
template <class Exact, class Folded>
void check_counts() {
  using namespace polyfold;
  counted_network const counted =
      count_network(layer_forms<Exact>(), approximations_of<Folded>(), cost_of_layers_without_weights<Exact>());
  CHECK(counted.total == Folded::total_cost());
  CHECK(counted.approximated == Folded::approximated_cost());
  std::vector<cost> layers;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          if constexpr (weighted_layer<typename Folded::template layer_at<I>>)
            layers.push_back(Folded::template layer_cost<I>());
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Folded::layers>{});
  CHECK(counted.layers == layers);
}

/// Counts, and the projection of random weights, of one layer on `Input`.
template <auto Input, auto Layer, auto... Cuts>
void check_layer() {
  using namespace polyfold;
  using exact_type = network<Input | Layer>;
  using folded_type = network<Input | Layer(Cuts...)>;
  approximation const cuts = approximations_of<folded_type>().front();
  INFO(spelled(cuts));
  check_counts<exact_type, folded_type>();

  auto exact_net = std::make_unique<exact_type>();
  auto folded = std::make_unique<folded_type>();
  random_numbers random(3);
  random.fill(exact_net->numbers);
  std::vector<float> projected(exact_net->numbers.begin(), exact_net->numbers.end());
  segment_projection const project(layer_forms<exact_type>().front(), cuts);
  project(projected.data());
  fit(*exact_net, *folded);
  fit(*folded, *exact_net);
  std::vector<float> const fitted(exact_net->numbers.begin(), exact_net->numbers.end());
  CHECK(relative_error(projected, fitted) < 2e-5);
  std::vector<float> again = projected;
  project(again.data());
  CHECK(relative_error(again, projected) < 1e-6);
}

}  // namespace test
