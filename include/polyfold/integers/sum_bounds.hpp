// Whether no sum of an integer network can leave 32 bits, whatever the image: asked when one is loaded, and in a static_assert of
// an exported header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <polyfold/core/fixed_array.hpp>
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
    constexpr int fan_in = form.fan_in();
    constexpr int degrees = integers::template degree_count<G>;
    constexpr fold::bias_rule rule = integers::template product_biases<G>;
    for (int d = 0; degrees > 1 && d < degrees; ++d)
      if (net.degree_shifts[std::size_t(first.degree + d)] > 8) return false;
    core::fixed_array<long long, fan_in> of_one{};  // what a product with a code of 1 can be
    for (int k = 0; k < fan_in; ++k) {
      product_input const in = integers::template inputs<G>::at(k);
      int const shift = degrees > 1 ? net.degree_shifts[std::size_t(first.degree + in.degree)] : 0;
      of_one[integers::template inputs<G>::place[k]] = in.bound << shift;
    }
    for (int m = 0; m < form.outputs; ++m) {
      long long sum = bias_bound<rule, form.outputs>(net, first.bias, m);
      for (int i = 0; i < fan_in; ++i)
        sum += magnitude(net.codes[std::size_t(first.code + m * fan_in + i)]) * of_one[i];
      if (!requantises(net.scale(first.scale + m), sum)) return false;
    }
    if constexpr (g.expansion >= 0) {
      constexpr fold::operation_form of = integers::template operation_at<g.expansion>::form;
      using basis = integer_basis<of.outputs / of.groups, of.along, 0>;
      for (int m = 0; m < of.outputs; ++m) {
        long long const sum = basis::value_bound(32767) +
                              bias_bound<of.bias, of.outputs>(net, first.bias + rule.parameters(form.outputs), m);
        if (!requantises(net.scale(first.scale + form.outputs), sum)) return false;
      }
    }
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
