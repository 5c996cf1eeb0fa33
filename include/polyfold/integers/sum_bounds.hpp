// Whether no sum of an integer network can leave 32 bits, whatever the image: asked when one is loaded, and in a static_assert of
// an exported header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <polyfold/integers/product_rows.hpp>

namespace polyfold::integer {

namespace detail {

[[nodiscard]] constexpr long long magnitude(long long v) { return v < 0 ? -v : v; }

/// A requantisation that takes sums up to `bound`.
[[nodiscard]] constexpr bool requantises(requantisation const& r, long long bound) {
  return r.multiplier >= 0 && r.before < 32 && r.after < 31 && bound < (1LL << 31) && (bound >> r.before) <= 32767;
}

/// The largest magnitude of a sum of biases along an output axis.
template <fold::bias_rule Rule, int Outputs, class Net>
[[nodiscard]] constexpr long long bias_bound(Net const& net, int first, int output) {
  if constexpr (Rule.kind == fold::bias_kind::none) {
    return 0;
  } else if constexpr (Rule.kind == fold::bias_kind::dense) {
    return magnitude(net.biases[std::size_t(first + output)]);
  } else {
    constexpr polyfold::basis::axis_cut cut(Outputs, Rule.along);
    int const s = output / cut.segment;
    long long sum = 0;
    for (int k = 0; k < cut.terms_of(s); ++k)
      sum += magnitude(net.biases[std::size_t(first + s * cut.terms + k)]) *
             polyfold::basis::binomial(output - s * cut.segment, k);
    return sum;
  }
}

/// The largest magnitude of the sums of filter, or partial product, m of group G.
template <int G, class Net>
[[nodiscard]] constexpr long long sum_bound(Net const& net, int m) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr auto first = integers::places[G];
  constexpr fold::operation_form form = integers::template operation_at<g.head>::form;
  constexpr int fan_in = form.fan_in();
  constexpr int source_degrees = integers::template degrees<g.source>();
  constexpr int degrees = integers::template degree_count<G>;
  long long sum = bias_bound<integers::template product_biases<G>, form.outputs>(net, first.bias, m);
  for (int k = 0; k < fan_in; ++k) {
    long long bound = integers::template map<g.source>.bound;
    int degree = k / form.under.area() % source_degrees;
    if constexpr (integers::template takes_moments<G>) {
      using moments = typename integers::template kernel_moments<G>;
      auto const& term = moments::of_terms[k % moments::terms];
      bound = term.bound;
      degree = k / moments::terms % source_degrees * (degrees / source_degrees) + term.degree;
    }
    int const shift = degrees > 1 ? net.degree_shifts[std::size_t(first.degree + degree)] : 0;
    sum += (magnitude(net.codes[std::size_t(first.code + m * fan_in + k)]) << shift) * bound;
  }
  return sum;
}
/// Of what the expansion of group G makes for output m.
template <int G, class Net>
[[nodiscard]] constexpr long long expansion_bound(Net const& net, int m) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr fold::operation_form of = integers::template operation_at<g.expansion>::form;
  constexpr int products = integers::template operation_at<g.head>::form.outputs;
  using basis = integer_basis<of.outputs / of.groups, of.along, 0>;
  constexpr long long of_value = basis::value_bound(32767);
  return of_value + bias_bound<of.bias, of.outputs>(
                        net, integers::places[G].bias + integers::template product_biases<G>.parameters(products), m);
}

template <int G, class Net>
[[nodiscard]] constexpr bool sums_of_group_fit(Net const& net) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr auto first = integers::places[G];
  if constexpr (g.kind == integer_group_kind::average) {
    constexpr int area = integers::template operation_at<g.head>::input_window.area();
    return requantises(net.scale(first.scale), area * integers::template map<g.source>.bound);
  } else if constexpr (g.kind == integer_group_kind::product) {
    constexpr fold::operation_form form = integers::template operation_at<g.head>::form;
    constexpr int degrees = integers::template degree_count<G>;
    for (int d = 0; degrees > 1 && d < degrees; ++d)
      if (net.degree_shifts[std::size_t(first.degree + d)] > 8) return false;
    for (int m = 0; m < form.outputs; ++m)
      if (!requantises(net.scale(first.scale + m), sum_bound<G>(net, m))) return false;
    if constexpr (g.expansion >= 0)
      for (int m = 0; m < integers::template operation_at<g.expansion>::form.outputs; ++m)
        if (!requantises(net.scale(first.scale + form.outputs), expansion_bound<G>(net, m))) return false;
    if constexpr (g.added >= 0)
      return requantises(net.scale(first.scale + form.outputs + (g.expansion >= 0)),
                         integers::template map<g.added>.bound);
    return true;
  } else {
    return true;
  }
}

}  // namespace detail

}  // namespace polyfold::integer

namespace polyfold {

/// The first layer with a sum that could leave 32 bits, or a requantisation that could; -1 where there is none.
template <class Net>
[[nodiscard]] constexpr int layer_that_overflows(Net const& net) {
  using integers = typename Net::integers;
  int layer = -1;
  [&]<int... G>(std::integer_sequence<int, G...>) {
    (void)(true && ... && (integer::detail::sums_of_group_fit<G>(net) || (layer = integers::stage_of(G), false)));
  }
  (std::make_integer_sequence<int, integers::groups>{});
  return layer;
}
/// Whether a network in integers computes within 32 bits, whatever the image.
template <class Net>
[[nodiscard]] constexpr bool sums_fit(Net const& net) {
  return layer_that_overflows(net) < 0;
}

}  // namespace polyfold
