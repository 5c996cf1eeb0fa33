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

/// The largest magnitude of the sums of filter, or partial product, m of group G, whatever was summed up so far.
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
/// Sums of weights times numbers, each between the two numbers that it can be.
struct sum_range {
  long long high = 0;
  long long low = 0;
  constexpr void add(long long weight, int least, int most) {
    high += weight * (weight > 0 ? most : least);
    low += weight * (weight > 0 ? least : most);
  }
  [[nodiscard]] constexpr long long bound() const { return core::larger(high, -low); }
};

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
  constexpr int degrees = integers::template degree_count<G>;
  constexpr bytes_behind behind = bytes_behind_sums<integers, G>();
  auto const weight = [&](int k, int degree) {
    int const shift = degrees > 1 ? net.degree_shifts[std::size_t(first.degree + degree)] : 0;
    return net.codes[std::size_t(first.code + m * fan_in + k)] * (1 << shift);
  };
  sum_range sum;
  if constexpr (rule.kind == fold::bias_kind::dense)
    sum.add(net.biases[std::size_t(first.bias + m)], 1, 1);
  else
    sum.add(bias_bound<rule, form.outputs>(net, first.bias, m), -1, 1);
  if constexpr (behind == bytes_behind::codes) {
    constexpr bool is_signed = integers::template map<g.source>.is_signed;
    int const first_channel = m / (form.outputs / form.groups) * (form.in.channels / form.groups);
    for (int k = 0; k < fan_in; ++k) {
      if constexpr (g.source == 0) {
        int const zero = net.zeros[std::size_t(first_channel + k / area)];
        sum.add(weight(k, 0), -zero, 255 - zero);
      } else {
        sum.add(weight(k, 0), is_signed ? -128 : 0, is_signed ? 127 : 255);
      }
    }
  } else if constexpr (behind == bytes_behind::kernel_moments) {
    using moments = typename integers::template kernel_moments<G>;
    for (int k = 0; k < fan_in; k += moments::terms)
      for (int i = 0; i < moments::under.area(); ++i) {
        long long of_pixel = 0;
        for (int t = 0; t < moments::terms; ++t)
          of_pixel += weight(k + t, moments::of_terms[t].degree) *
                      moments::value(t, i / moments::under.x.size, i % moments::under.x.size);
        sum.add(of_pixel, 0, 255);
      }
  } else if constexpr (behind == bytes_behind::channel_moments) {
    constexpr integer_group maker = integers::template group<integers::maker(g.source)>;
    using basis = typename integers::template moment_basis<integers::maker(g.source)>;
    constexpr bool is_signed = integers::template map<maker.source>.is_signed;
    constexpr int shift = integers::template map<g.source>.shift;
    constexpr int source_degrees = integers::template degrees<g.source>();
    sum_range of_bytes;
    for (int c = 0; c < fan_in / area; c += basis::size)
      for (int a = 0; a < area; ++a)
        for (int s = 0; s < basis::segments; ++s)
          for (int i = 0; i < basis::cut.positions_of(s); ++i) {
            long long of_channel = 0;
            for (int t = 0; t < basis::cut.terms_of(s); ++t) {
              int const moment = c + s * basis::terms + t;
              of_channel +=
                  static_cast<long long>(weight(moment * area + a, moment % source_degrees)) * basis::value(s, t, i);
            }
            of_bytes.add(of_channel, is_signed ? -128 : 0, is_signed ? 127 : 255);
          }
    // Each moment is rounded by the shift.
    long long rounding = 1;
    for (int k = 0; k < fan_in; ++k) rounding += magnitude(weight(k, k / area % source_degrees));
    sum.high += (of_bytes.high >> shift) + rounding;
    sum.low += (of_bytes.low >> shift) - rounding;
  } else {
    return sum_bound<G>(net, m);
  }
  return sum.bound();
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
      if (sum_bound<G>(net, m) >= (1LL << 31) || !requantises(net.scale(first.scale + m), whole_sum_bound<G>(net, m)))
        return false;
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
