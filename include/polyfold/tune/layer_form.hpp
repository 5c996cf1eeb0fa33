// A layer with weights at run time: all that its type says, but for the approximation, which the tuner varies.
#pragma once

#include <string>
#include <vector>

#include <polyfold/basis/approximation.hpp>
#include <polyfold/basis/approximation_needs.hpp>
#include <polyfold/core/cost.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fold/fold_plan.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/scale_groups.hpp>
#include <polyfold/network.hpp>

namespace polyfold::tuning {

struct layer_form {
  char const* name = "";
  int layer = 0;     ///< number in the network
  shape in{};        ///< C x H x W
  window sliding{};  ///< a dense layer's covers its input
  int filters = 1;
  int groups = 1;
  bool bias = true;
  int input_value = 0;  ///< layers of equal `input_value` read the same map
  int first_parameter =
      0;  ///< in the exact network: the weights (filters x channels x rows x columns), then the biases

  [[nodiscard]] int channels() const { return in.channels / groups; }  ///< that a filter sees
  [[nodiscard]] int fan_in() const { return channels() * sliding.area(); }
  [[nodiscard]] int weights() const { return filters * fan_in(); }
  [[nodiscard]] shape output() const { return sliding.output(in, filters); }
  [[nodiscard]] fold::fold_plan plan(approximation const& a) const { return {in, filters, sliding, groups, bias, a}; }
};

}  // namespace polyfold::tuning

namespace polyfold {

namespace detail {

template <int I, class Network>
void add_layer_form(std::vector<tuning::layer_form>& forms) {
  using layer_type = typename Network::template layer_at<I>;
  if constexpr (weighted_layer<layer_type>) {
    constexpr layer_types::convolution_spec spec = layer_type::spec;
    static_assert(spec.approximated == approximation{},
                  "polyfold: the tuner approximates a network of exact layers: give it the network without "
                  "approximations");
    using program = typename Network::program_type;
    tuning::layer_form form{.name = layer_type::name,
                            .layer = I,
                            .in = Network::template layer_input_shape<I>(),
                            .filters = spec.filters,
                            .groups = spec.groups,
                            .bias = spec.bias,
                            .input_value = program::facts[program::first_step[I]].sources[0],
                            .first_parameter = Network::first_parameter(I)};
    form.sliding = layer_type::sliding(form.in);
    forms.push_back(form);
  }
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::tuning {

/// The layers with weights of a network of exact layers, in order.
template <class Network>
[[nodiscard]] std::vector<layer_form> layer_forms() {
  std::vector<layer_form> forms;
  core::for_constexpr<Network::layers>([&]<int I>() { polyfold::detail::add_layer_form<I, Network>(forms); });
  return forms;
}

}  // namespace polyfold::tuning

namespace polyfold {

/// What kind of network is counted.
enum class stored_as {
  float32,  ///< in_floats
  bytes,    ///< in_bytes: a scale for each degree of a layer's coefficients
};

namespace detail {

template <int I, class Network>
[[nodiscard]] constexpr cost cost_without_weights(stored_as stored) {
  using layer_type = typename Network::template layer_at<I>;
  cost c;
  if constexpr (!weighted_layer<layer_type>) {
    c = Network::template layer_cost<I>();
    constexpr shape in = Network::template layer_input_shape<I>();
    if constexpr (layer_types::stored_in_bytes<layer_type, in>) {
      if (stored == stored_as::bytes) {
        storage::detail::add_byte_cost(c, c.stored_parameters,
                                       layer_types::scale_groups_of<layer_type, in>(in_bytes.scales).count());
      }
    }
  }
  return c;
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::tuning {

/// What the other layers cost; no approximation changes it.
template <class Network>
[[nodiscard]] constexpr cost cost_of_layers_without_weights(stored_as stored) {
  cost total;
  core::for_constexpr<Network::layers>(
      [&]<int I>() { total += polyfold::detail::cost_without_weights<I, Network>(stored); });
  return total;
}

/// Why no type of this form can have approximation `a`; empty where one can. Arranged weights are refused: what they
/// stand for depends on index maps, which projection cannot move.
[[nodiscard]] inline std::string why_not(layer_form const& form, approximation const& a) {
  if (a.arranged.used) return "arranged weights are not tuned";
  requirement const r = basis::needs_of(a, {form.filters, form.groups, form.channels(), form.sliding, form.bias});
  std::string const number = std::to_string(r.number);
  std::string const limit = std::to_string(r.limit);
  switch (r.kind) {
    case need::nothing:
      return "";
    case need::flat_alone:
      return "a flat cut covers the kernel and channel axes already";
    case need::biases_to_cut:
      return "the layer has no biases to cut";
    case need::whole_kernel:
      return "the kernel axis takes an order and no segment";
    case need::order_of_zero_or_more:
      return "the order is negative";
    case need::order_below_32:
      return "polynomials have orders below 32";
    case need::segment_within_axis:
      return "segment " + number + " on an axis of " + limit;
    case need::order_below_segment:
      return "order " + number + " on segments of " + std::to_string(r.limit + 1);
    default:  // order_within_axis, order_within_kernel
      return "order " + number + " where orders above " + limit + " add nothing";
  }
}

}  // namespace polyfold::tuning
