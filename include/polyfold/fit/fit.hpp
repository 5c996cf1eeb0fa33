// From one network to another of the same layers with other approximations: the weights that the first stands for are
// materialised layer by layer and fitted by least squares. Also back: fitting to a dense network materialises.
#pragma once

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <vector>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/fit/arrange.hpp>
#include <polyfold/fit/basis_changes.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

/// Arrangement of layer L, if it has one.
template <class L, shape In>
struct arranged_layer {
  static constexpr arrangement rule = L::spec.approximated.arranged;
  static constexpr int weights = L::template folded<In>::plan.weights();
  using packing = fold::packed_levels<rule.bits>;
  static constexpr int curves = rule.per_filter ? L::spec.filters : 1;
  static constexpr int per_curve = weights / curves;

  /// Stores curve `c` with the levels of its weights, given the layer's numbers and map.
  static void store(least_squares::arranged_weights const& fitted, int c, float* parameters, std::uint8_t* map) {
    std::copy(fitted.coefficients.begin(), fitted.coefficients.end(),
              parameters + std::size_t(c) * fitted.coefficients.size());
    int i = c * per_curve;
    for (std::uint8_t const level : fitted.levels) packing::set(map, i++, level);
  }
};

/// Dense weights of layer I, in the order filters x channels x r x s.
template <int I, class Network>
std::vector<float> dense_weights(Network const& net) {
  using layer_type = typename Network::template layer_at<I>;
  constexpr shape in = Network::template layer_input_shape<I>();
  least_squares::basis_changes const changes = least_squares::basis_changes_of<layer_type, in>();
  float const* const stored = net.parameters.data() + Network::first_parameter(I);
  std::vector<float> values = changes.materialise(stored);
  if constexpr (layer_type::spec.approximated.arranged.used) {
    using arranged = arranged_layer<layer_type, in>;
    std::uint8_t const* const map = net.maps.data() + Network::first_map_byte(I);
    std::vector<float> weights(arranged::weights);
    int i = 0;
    for (float& weight : weights) {
      float const* const curve = values.data() + (i / arranged::per_curve << arranged::rule.bits);
      weight = curve[arranged::packing::get(map, i++)];
    }
    return weights;
  } else {
    return values;
  }
}

template <int I, class Network>
std::vector<float> dense_biases(Network const& net) {
  using layer_type = typename Network::template layer_at<I>;
  least_squares::basis_changes const changes =
      least_squares::basis_changes_of<layer_type, Network::template layer_input_shape<I>()>();
  float const* const stored = net.parameters.data() + Network::first_parameter(I) + changes.coefficients;
  std::vector<float> values(stored, stored + changes.bias_parameters);
  for (least_squares::basis_change const& m : changes.biases)
    values = multiply_along(m.basis, m.inner_in_weights, values);
  return values;
}

template <int I, class Network>
void fit_layer(Network& net, std::vector<float> weights, std::vector<float> biases) {
  using layer_type = typename Network::template layer_at<I>;
  constexpr shape in = Network::template layer_input_shape<I>();
  least_squares::basis_changes const changes = least_squares::basis_changes_of<layer_type, in>();
  float* const stored = net.parameters.data() + Network::first_parameter(I);
  if constexpr (layer_type::spec.approximated.arranged.used) {
    using arranged = arranged_layer<layer_type, in>;
    least_squares::matrix const& basis = changes.weights.front().basis;
    for (int c = 0; c < arranged::curves; ++c) {
      auto const first = weights.begin() + c * arranged::per_curve;
      arranged::store(least_squares::arrange(std::vector<float>(first, first + arranged::per_curve), basis), c, stored,
                      net.maps.data() + Network::first_map_byte(I));
    }
  } else {
    std::vector<float> const coefficients = changes.fit(std::move(weights));
    std::copy(coefficients.begin(), coefficients.end(), stored);
  }
  for (least_squares::basis_change const& m : changes.biases)
    biases = multiply_along(m.fit, m.inner_in_weights, biases);
  std::copy(biases.begin(), biases.end(), stored + changes.coefficients);
}

template <class A, class B>
inline constexpr bool same_layer = std::is_same_v<A, B>;
template <weighted_layer A, weighted_layer B>
inline constexpr bool same_layer<A, B> = [] {
  auto a = A::spec;
  auto b = B::spec;
  a.approximated = b.approximated = {};
  return a == b;
}();

/// The first layer that differs in more than its approximation; the number of layers if there is none.
template <class Source, class Target>
inline constexpr int unlike_layer = [] {
  int first = 0;
  core::for_constexpr<Source::layers>([&]<int I>() {
    using from = typename Source::template layer_at<I>;
    using to = typename Target::template layer_at<I>;
    bool const alike = std::string_view(from::name) == to::name && same_layer<from, to> &&
                       Source::layer_output_shape(I) == Target::layer_output_shape(I);
    if (alike && first == I) ++first;
  });
  return first;
}();

template <class... Facts>
inline constexpr bool same_but_for_approximations = false;
/// Do not compile: the sentences for networks that cannot be fitted to each other.
template <class Source, class Target>
struct wrong_fit {
  using type = void;
  static_assert(same_but_for_approximations<Source, Target>,
                "polyfold: networks are fitted layer by layer and must have the same input and the same layers");
};
template <class Index, class From, class To>
struct wrong_fit_of_layers {
  using type = void;
  static_assert(same_but_for_approximations<Index, From, To>,
                "polyfold: layers that are fitted to each other differ in their approximation only");
};

/// Stops the build where the networks have other layers; false there and where the build has been stopped before.
template <class Source, class Target>
consteval bool can_be_fitted() {
  if constexpr (!Source::right || !Target::right) {
    return false;
  } else if constexpr (Source::input_shape != Target::input_shape || Source::layers != Target::layers) {
    using stopped [[maybe_unused]] =
        typename wrong_fit<typename Source::description, typename Target::description>::type;
    return false;
  } else if constexpr (constexpr int i = unlike_layer<Source, Target>; i < Source::layers) {
    using stopped [[maybe_unused]] = typename wrong_fit_of_layers<layer_index<i>, typename Source::template layer_at<i>,
                                                                  typename Target::template layer_at<i>>::type;
    return false;
  } else {
    return true;
  }
}

}  // namespace detail

/// Sets `target` to the network nearest to `source`, layer by layer. The networks have the same layers; each layer's
/// approximation may differ. Numbers of other layers are copied.
template <class Source, class Target>
void fit(Source const& source, Target& target) {
  if constexpr (detail::can_be_fitted<Source, Target>()) {
    core::for_constexpr<Source::layers>([&]<int I>() {
      if constexpr (weighted_layer<typename Target::template layer_at<I>>)
        detail::fit_layer<I>(target, detail::dense_weights<I>(source), detail::dense_biases<I>(source));
      else
        std::copy_n(source.parameters.data() + Source::first_parameter(I), Source::parameter_count(I),
                    target.parameters.data() + Target::first_parameter(I));
    });
  }
}

/// Retraining by projection: given to trainer::after_step of a dense network, it replaces the weights after every step
/// by those that Folded can stand for.
template <class Folded>
class projection {
 public:
  template <class Dense>
  void operator()(Dense& net) {
    fit(net, folded_);
    fit(folded_, net);
  }

 private:
  Folded folded_;
};

}  // namespace polyfold
