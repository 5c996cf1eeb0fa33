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

// Constants by themselves: within a bound they would be computed for every filter.
template <class Basis>
inline constexpr long long largest_synthesis = Basis::value_bound(32767);
/// Function t of segment s at position i: [(s * segment + i) * terms + t].
template <class Basis>
inline constexpr auto basis_values = [] {
  core::fixed_array<int, Basis::segments * Basis::segment * Basis::terms> all{};
  for (int s = 0; s < Basis::segments; ++s)
    for (int i = 0; i < Basis::cut.positions_of(s); ++i)
      for (int t = 0; t < Basis::cut.terms_of(s); ++t)
        all[(s * Basis::segment + i) * Basis::terms + t] = Basis::value(s, t, i);
  return all;
}();

/// What multiplies the codes of a filter of group G again and again: 2^shift of each input, times `of_input(input)`.
template <int G, class Net, class OfInput>
[[nodiscard]] constexpr auto code_factors(Net const& net, OfInput of_input) {
  using integers = typename Net::integers;
  using inputs = typename integers::template inputs<G>;
  constexpr int degrees = integers::template degree_count<G>;
  constexpr int period = [] {
    if constexpr (integers::template takes_moments<G>)
      return integers::template kernel_moments<G>::terms;
    else
      return inputs::under.area();
  }() * inputs::source_degrees;
  core::fixed_array<long long, period> factors{};
  for (int k = 0; k < period; ++k) {
    product_input const in = inputs::at(k);
    int const shift = degrees > 1 ? net.degree_shifts[std::size_t(integers::places[G].degree + in.degree)] : 0;
    factors[k] = of_input(in) * (1LL << shift);
  }
  return factors;
}
/// The codes of filter m of group G, by the inputs that they multiply.
template <int G, class Net>
struct codes_by_input {
  using inputs = typename Net::integers::template inputs<G>;
  int const* place = inputs::place.begin();
  std::int8_t const* codes;
  constexpr codes_by_input(Net const& net, int m)
      : codes(net.codes.data() + Net::integers::places[G].code + m * inputs::form.fan_in()) {}
  [[nodiscard]] constexpr int operator[](int k) const { return codes[place[k]]; }
};

/// The largest magnitude of the sums of filter, or partial product, m of group G, whatever was summed up so far. Compilers count
/// the steps of constants, so loops over all codes take few.
template <int G, class Net>
[[nodiscard]] constexpr long long sum_bound(Net const& net, int m) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr auto first = integers::places[G];
  constexpr fold::operation_form form = integers::template operation_at<g.head>::form;
  constexpr int fan_in = form.fan_in();
  auto const factors = code_factors<G>(net, [](product_input const& in) { return in.bound; });
  long long const* const factor = factors.begin();
  codes_by_input<G, Net> const codes(net, m);
  long long sum = bias_bound<integers::template product_biases<G>, form.outputs>(net, first.bias, m);
  for (int k = 0; k < fan_in; ++k) sum += (codes[k] < 0 ? -codes[k] : codes[k]) * factor[k % factors.size()];
  return sum;
}

/// What the source of group G's product is made of, where whole sums follow from bytes: of the codes themselves, of their exact kernel
/// moments, or of a map of their moments along channels.
enum class bytes_behind { none, codes, kernel_moments, channel_moments };
template <class Integers, int G>
[[nodiscard]] consteval bytes_behind bytes_behind_sums() {
  constexpr integer_group g = Integers::template group<G>;
  if constexpr (Integers::template takes_moments<G>) {
    return Integers::template kernel_moments<G>::is_exact ? bytes_behind::kernel_moments : bytes_behind::none;
  } else if constexpr (Integers::template map<g.source>.bits == 8) {
    return bytes_behind::codes;
  } else {
    constexpr integer_group maker = Integers::template group<Integers::maker(g.source)>;
    return maker.kind == integer_group_kind::channel_moments && maker.source > 0 &&
                   Integers::template map<maker.source>.bits == 8
               ? bytes_behind::channel_moments
               : bytes_behind::none;
  }
}
/// The largest magnitude that a whole sum can have, which is what a requantisation takes: where bytes are behind it, that of the best
/// image for it.
template <int G, class Net>
[[nodiscard]] constexpr long long whole_sum_bound(Net const& net, int m) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr auto first = integers::places[G];
  constexpr fold::operation_form form = integers::template operation_at<g.head>::form;
  constexpr fold::bias_rule rule = integers::template product_biases<G>;
  constexpr int fan_in = form.fan_in();
  constexpr int area = form.under.area();
  constexpr bytes_behind behind = bytes_behind_sums<integers, G>();
  if constexpr (behind == bytes_behind::none) return sum_bound<G>(net, m);
  codes_by_input<G, Net> const codes(net, m);
  auto const factors = code_factors<G>(net, [](product_input const&) { return 1LL; });
  long long const* const factor = factors.begin();
  // A bias has its sign where each output has one.
  constexpr bool has_biases = rule.kind == fold::bias_kind::dense;
  long long const bias = bias_bound<rule, form.outputs>(net, first.bias, m);
  bool const is_below = has_biases && bias > 0 && net.biases[std::size_t(first.bias + m)] < 0;
  long long high = is_below ? -bias : bias;
  long long low = has_biases ? high : -bias;
  if constexpr (behind == bytes_behind::codes) {
    constexpr bool is_signed = integers::template map<g.source>.is_signed;
    constexpr int channels = form.in.channels / form.groups;
    int const first_channel = m / (form.outputs / form.groups) * channels;
    for (int c = 0; c < channels; ++c) {
      int least = is_signed ? -128 : 0;
      if constexpr (g.source == 0) least = -int(net.zeros[std::size_t(first_channel + c)]);
      int const most = least + 255;
      for (int k = c * area; k < (c + 1) * area; ++k) {
        high += codes[k] * (codes[k] > 0 ? most : least);
        low += codes[k] * (codes[k] > 0 ? least : most);
      }
    }
  } else if constexpr (behind == bytes_behind::kernel_moments) {
    using moments = typename integers::template kernel_moments<G>;
    constexpr int pixels = moments::under.area();
    constexpr auto values = [] {
      core::fixed_array<int, moments::terms * moments::under.area()> all{};
      for (int i = 0; i < all.size(); ++i) {
        int const at = i % moments::under.area();
        all[i] = moments::value(i / moments::under.area(), at / moments::under.x.size, at % moments::under.x.size);
      }
      return all;
    }();
    int const* const value = values.begin();
    [&]<int... T>(std::integer_sequence<int, T...>) {
      for (int k = 0; k < fan_in; k += moments::terms)
        for (int i = 0; i < pixels; ++i) {
          long long const weight = (0 + ... + (codes[k + T] * factor[T] * value[T * pixels + i]));
          (weight > 0 ? high : low) += 255 * weight;
        }
    }
    (std::make_integer_sequence<int, moments::terms>{});
  } else if constexpr (behind == bytes_behind::channel_moments) {
    constexpr integer_group maker = integers::template group<integers::maker(g.source)>;
    using basis = typename integers::template moment_basis<integers::maker(g.source)>;
    constexpr int least = integers::template map<maker.source>.is_signed ? -128 : 0;
    constexpr int shift = integers::template map<g.source>.shift;
    long long most_of_bytes = 0;
    long long least_of_bytes = 0;
    int const* const values = basis_values<basis>.begin();
    for (int c = 0; c < fan_in / area; c += basis::size)
      for (int a = 0; a < area; ++a)
        for (int s = 0; s < basis::segments; ++s) {
          int const terms = basis::cut.terms_of(s);
          int const positions = basis::cut.positions_of(s);
          for (int i = 0; i < positions; ++i) {
            long long weight = 0;
            for (int t = 0, k = (c + s * basis::terms) * area + a; t < terms; ++t, k += area)
              weight += codes[k] * factor[k % factors.size()] * values[(s * basis::segment + i) * basis::terms + t];
            most_of_bytes += weight * (weight > 0 ? least + 255 : least);
            least_of_bytes += weight * (weight > 0 ? least : least + 255);
          }
        }
    // Each moment is rounded by the shift.
    long long rounding = 1;
    for (int k = 0; k < fan_in; ++k) rounding += (codes[k] < 0 ? -codes[k] : codes[k]) * factor[k % factors.size()];
    high += (most_of_bytes >> shift) + rounding;
    low += (least_of_bytes >> shift) - rounding;
  }
  return core::larger(high, -low);
}
/// Whether no sum leaves 32 bits on the way. Where each number may be zero, sums on the way are within the bounds of whole ones.
template <int G, class Net>
[[nodiscard]] constexpr bool sums_up_within_32_bits(Net const& net, int m, long long whole) {
  if constexpr (bytes_behind_sums<typename Net::integers, G>() == bytes_behind::codes)
    return whole < (1LL << 31);
  else
    return sum_bound<G>(net, m) < (1LL << 31);
}
/// Of what the expansion of group G makes for output m.
template <int G, class Net>
[[nodiscard]] constexpr long long expansion_bound(Net const& net, int m) {
  using integers = typename Net::integers;
  constexpr integer_group g = integers::template group<G>;
  constexpr fold::operation_form of = integers::template operation_at<g.expansion>::form;
  constexpr int products = integers::template operation_at<g.head>::form.outputs;
  using basis = integer_basis<of.outputs / of.groups, of.along, 0>;
  return largest_synthesis<basis> +
         bias_bound<of.bias, of.outputs>(
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
    for (int m = 0; m < form.outputs; ++m) {
      long long const whole = whole_sum_bound<G>(net, m);
      if (!sums_up_within_32_bits<G>(net, m, whole) || !requantises(net.scale(first.scale + m), whole)) return false;
    }
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
