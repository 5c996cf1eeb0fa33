// The rows of a product in integers, with what it takes in: moments of kernels, an expansion, an addition, an activation, and the
// maximum of each 2 x 2 sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/integers/integer_run.hpp>
#include <polyfold/integers/lanes.hpp>
#include <polyfold/integers/window_sums.hpp>

namespace polyfold::integer {

/// Bits behind the point of a sum to which another map is added.
inline constexpr int addition_fraction = 4;

namespace detail {

template <class Places, int G>
struct integer_group_rows<Places, G, integer_group_kind::product> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  using product_type = typename integers::template operation_at<group.head>;
  static constexpr fold::operation_form form = product_type::form;
  static constexpr bool takes_moments = integers::template takes_moments<G>;
  static constexpr bool expands = group.expansion >= 0;
  static constexpr bool pools = group.pool >= 0;
  static constexpr auto first = integers::places[G];
  static constexpr shape sums = form.output();
  static constexpr shape in = form.in;
  static constexpr int per_group = form.outputs / form.groups;  // filters
  static constexpr int channels = in.channels / form.groups;

  /// The rows of sums that it computes, one a step, and the rows of its map that are then done.
  static constexpr int steps = sums.height;
  [[nodiscard]] static constexpr int made(int steps_done) { return pools ? steps_done / 2 : steps_done; }
  /// The rows of the source that step y reads.
  [[nodiscard]] static constexpr row_range reads(int y) {
    if constexpr (takes_moments) {
      using moments = typename integers::template kernel_moments<G>;
      row_range const under = core::rows_under(moments::under, y, moments::in.height);
      return {core::larger(0, under.first - int(moments::in_lanes)), under.last};
    } else {
      return core::rows_under(form.under, y, in.height);
    }
  }

 private:
  using window_sums = integer_window_sums<Places, G>;
  static constexpr int moment_bytes = [] {
    if constexpr (takes_moments)
      return integers::template kernel_moments<G>::bytes;
    else
      return 0;
  }();
  static constexpr int partial_bytes = expands ? core::ceil_div(sums.channels * sums.width, 2) * 4 : 0;
  /// Filters that are computed together, and sums of one in a line of them.
  static constexpr int at_once = !takes_moments ? window_sums::at_once : sums.width > 1 && per_group % 2 == 0 ? 2 : 1;
  /// Codes with their shifts, two of 16 bits in a word: kept from row to row where they are few, else made anew for each.
  static constexpr int weight_words = takes_moments ? core::ceil_div(channels, 2) : 0;  // of a filter
  static constexpr bool keeps_weights = 4 * weight_words * sums.channels <= 1024 && sums.height > 1 && sums.width > 1;
  static constexpr int kept_bytes = keeps_weights ? 4 * weight_words * sums.channels : 0;
  static constexpr int pitch = pools ? sums.width / 2 : core::ceil_div(sums.width, 2) * 2;

 public:
  /// Memory that is kept from step to step, and of one step: moments, weights and the maxima of a row; rows of pixels and partial
  /// products.
  static constexpr int state_bytes = moment_bytes + kept_bytes + (pools ? 2 * sums.channels * (sums.width / 2) : 0);
  static constexpr int scratch_bytes = [] {
    int const of_sums = partial_bytes + (pools ? 0 : 2 * at_once * pitch);
    if constexpr (takes_moments)
      return core::larger(integers::template kernel_moments<G>::scratch_bytes, of_sums);
    else
      return window_sums::scratch_bytes + of_sums;
  }();

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    if constexpr (takes_moments) {
      using moments = typename integers::template kernel_moments<G>;
      moments::advance(
          held(run), run.memory + Places::scratch(G), y,
          [&](int c, int iy) { return run.template nonnegative_row<group.source>(c, iy); },
          [&](int c) { return run.template zero<group.source>(c); });
      if constexpr (keeps_weights)
        if (y == 0)
          for (int m = 0; m < sums.channels; ++m) widen<moments>(run, m, kept_weights(run, m));
    } else {
      window_sums::prepare(run, y);
    }
    for (int m = 0; m < sums.channels; m += at_once) {
      if constexpr (takes_moments && sums.width == 1) {
        sum_moments_of_pixel(run, m);
      } else if constexpr (takes_moments) {
        sum_moments(run, m, y);
      } else {
        sum_windows(run, m, y);
      }
      if (!pools || y % 2 == 1)
        for (int f = 0; f < at_once; ++f) write_row(run, m + f, pools ? y / 2 : y, line(run, m) + f * pitch);
    }
    if constexpr (expands)
      for (int x = 0; x < sums.width; ++x) expand(run, y, x);
  }

 private:
  /// Behind the numbers that windows read lie the partial products, then the lines of sums.
  static constexpr int line_offset = partial_bytes + (takes_moments ? 0 : window_sums::scratch_bytes);
  static constexpr bool adds = group.added >= 0;
  static constexpr int degrees = integers::template degree_count<G>;
  static constexpr int source_degrees = integers::template degrees<group.source>();

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto held(Run const& run) {
    return typename integers::template kernel_moments<G>::sums(run.memory + Places::state(G));
  }
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int degree_shift(Run const& run, int degree) {
    if constexpr (degrees > 1)
      return run.net.degree_shifts[std::size_t(first.degree + degree)];
    else
      return 0;
  }

  /// The line of shifted sums from filter m on: of 16 bits, or fewer. Of 2 x 2 sums it keeps the maximum, from one row to the
  /// next: the requantisation and what follows it never fall.
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto line(Run const& run, int m) {
    if constexpr (pools)
      return numbers_in_bytes<std::int16_t>(run.memory + Places::state(G) + moment_bytes + kept_bytes) + m * pitch;
    else
      return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G) + line_offset);
  }

  /// A line of sums for each of `at_once` filters from m on, for a row of moments: two pixels, two moments and all filters at a time.
  template <class Run>
  static constexpr void sum_moments(Run const& run, int m, int y) {
    using moments = typename integers::template kernel_moments<G>;
    constexpr int pairs = weight_words;
    alignas(4) std::uint8_t memory[keeps_weights ? 4 : std::size_t(4 * at_once * pairs)];
    numbers_in_bytes<std::int16_t> const widened =
        keeps_weights ? kept_weights(run, m) : numbers_in_bytes<std::int16_t>(memory);
    auto const weights = widened.words();
    core::c_array<int, at_once> starts;
    core::c_array<int, at_once> shifts;
    for (int f = 0; f < at_once; ++f) {
      if constexpr (!keeps_weights) widen<moments>(run, m + f, widened + 2 * f * pairs);
      starts[f] = bias_of_product(run, m + f);
      shifts[f] = run.net.scale(first.scale + m + f).before;
    }
    auto const plane = held(run) + window_sums::group_of(m) * channels * moments::pitch;
    auto const to = line(run, m);
    for (int word = 0; word < core::ceil_div(sums.width, 2); ++word) {
      core::c_array<int, at_once> left;
      core::c_array<int, at_once> right;
#pragma GCC unroll 4
      for (int f = 0; f < at_once; ++f) left[f] = right[f] = starts[f];
      if constexpr (!has_dual_products) {
#pragma GCC unroll 6
        for (int k = 0; k < channels; ++k) {
          unsigned const two = two_pixels<moments>(plane, k, word);
#pragma GCC unroll 4
          for (int f = 0; f < at_once; ++f) {
            int const weight = widened[2 * f * pairs + k];
            left[f] += weight * low_lane(two);
            right[f] += weight * high_lane(two);
          }
        }
      }
#pragma GCC unroll 3
      for (int k = 0; has_dual_products && k < pairs; ++k) {
        unsigned const a = two_pixels<moments>(plane, 2 * k, word);
        unsigned const b = 2 * k + 1 < channels ? two_pixels<moments>(plane, 2 * k + 1, word) : 0;
        unsigned const of_left = low_lanes(a, b);
        unsigned const of_right = high_lanes(a, b);
#pragma GCC unroll 4
        for (int f = 0; f < at_once; ++f) {
          unsigned const two = unsigned(weights[f * pairs + k]);
          left[f] = multiply_lanes(two, of_left, left[f]);
          right[f] = multiply_lanes(two, of_right, right[f]);
        }
      }
      store(to, word, left, right, shifts, y);
    }
  }
  /// The same over a map.
  template <class Run>
  static constexpr void sum_windows(Run const& run, int m, int y) {
    core::c_array<int, at_once> starts;
    core::c_array<int, at_once> shifts;
    for (int f = 0; f < at_once; ++f) {
      starts[f] = bias_of_product(run, m + f);
      shifts[f] = run.net.scale(first.scale + m + f).before;
    }
    auto const to = line(run, m);
    window_sums::multiply(
        run, m, y, starts, [&](int word, int const* left, int const* right) __attribute__((always_inline)) {
          store(to, word, left, right, shifts, y);
        });
  }
  [[gnu::always_inline]] static constexpr void store(numbers_in_bytes<std::int16_t> to, int word, int const* left,
                                                     int const* right, int const* shifts, int y) {
#pragma GCC unroll 4
    for (int f = 0; f < at_once; ++f) {
      if constexpr (!pools)
        (to + f * pitch)
            .words()
            .set(word, int(low_lanes(unsigned(left[f] >> shifts[f]), unsigned(right[f] >> shifts[f]))));
      else if (2 * word + 1 < sums.width)
        keep_maximum(to, f * pitch + word, core::larger(left[f], right[f]) >> shifts[f], y);
    }
  }
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto kept_weights(Run const& run, int m) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::state(G) + moment_bytes) + 2 * m * weight_words;
  }

  /// The same of maps of a single column: each degree of the plane is summed by itself.
  template <class Run>
  static constexpr void sum_moments_of_pixel(Run const& run, int m) {
    using moments = typename integers::template kernel_moments<G>;
    constexpr int terms = moments::terms;
    constexpr int plane_degrees = degrees / source_degrees;
    std::int8_t const* code = run.net.codes.data() + first.code + m * channels;
    auto const plane = held(run) + window_sums::group_of(m) * channels;
    int sum = bias_of_product(run, m);
    for (int degree = 0; degree < source_degrees; ++degree) {
      core::c_array<int, terms> of_term{};
      for (int k = degree * terms; k < channels; k += source_degrees * terms)
#pragma GCC unroll 6
        for (int t = 0; t < terms; ++t)
          of_term[t] += code[k + t] * rounded_shift(plane[k + t], moments::of_terms[t].shift);
      for (int t = 0; t < terms; ++t)
        sum += of_term[t] * (1 << degree_shift(run, degree * plane_degrees + moments::of_terms[t].degree));
    }
    line(run, m).set(0, sum >> run.net.scale(first.scale + m).before);
  }
  [[gnu::always_inline]] static constexpr void keep_maximum(numbers_in_bytes<std::int16_t> to, int at, int value,
                                                            int y) {
    to.set(at, y % 2 == 0 ? value : core::larger(value, to[at]));
  }

  /// Moment k of pixels 2 * word and the next.
  template <class Moments>
  [[gnu::always_inline, nodiscard]] static constexpr unsigned two_pixels(typename Moments::sums plane, int k,
                                                                         int word) {
    if constexpr (Moments::wide) {
      int const at = k * Moments::pitch + 2 * word;
      int const shift = Moments::of_terms[k % Moments::terms].shift;
      return low_lanes(unsigned(rounded_shift(plane[at], shift)), unsigned(rounded_shift(plane[at + 1], shift)));
    } else {
      return unsigned(plane.words()[k * (Moments::pitch / 2) + word]);
    }
  }
  /// The codes of filter m with their shifts.
  template <class Moments, class Run>
  static constexpr void widen(Run const& run, int m, numbers_in_bytes<std::int16_t> to) {
    constexpr int terms = Moments::terms;
    constexpr int plane_degrees = degrees / source_degrees;
    std::int8_t const* code = run.net.codes.data() + first.code + m * channels;
    int degree = 0;  // of the plane's channel
    core::c_array<int, terms> shift{};
    for (int k = 0; k < channels; k += terms) {
      if (k == 0 || source_degrees > 1)
        for (int t = 0; t < terms; ++t)
          shift[t] = degree_shift(run, degree * plane_degrees + Moments::of_terms[t].degree);
#pragma GCC unroll 8
      for (int t = 0; t < terms; ++t) to.set(k + t, *code++ * (1 << shift[t]));
      degree = degree + 1 == source_degrees ? 0 : degree + 1;
    }
    if constexpr (channels % 2 == 1) to.set(channels, 0);
  }

  /// Row y of filter, or partial product, m from its line of sums.
  template <class Run>
  static constexpr void write_row(Run const& run, int m, int y, numbers_in_bytes<std::int16_t> from) {
    requantisation const scale = run.net.scale(first.scale + m);
    if constexpr (expands) {
      auto const to = partial(run) + m * sums.width;
      for (int x = 0; x < sums.width; ++x) to.set(x, clamped(scale.rest(from[x]), -32767, 32767));
    } else {
      auto const to = run.template target<group.value>(m, y);
      constexpr int width = integers::template value_shape<group.value>().width;
      for (int x = 0; x < width; ++x) to.set(x, code_of_sum(run, m, y, x, scale.rest(from[x])));
    }
  }

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int bias_of_product(Run const& run, int m) {
    return bias<integers::template product_biases<G>, form.outputs>(run, first.bias, m);
  }
  /// Biases along segments are polynomials of the output's number.
  template <fold::bias_rule Rule, int Outputs, class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int bias(Run const& run, int from, int m) {
    if constexpr (Rule.kind == fold::bias_kind::none) {
      return 0;
    } else if constexpr (Rule.kind == fold::bias_kind::dense) {
      return int(run.net.biases[std::size_t(from + m)]);
    } else {
      constexpr polyfold::basis::axis_cut cut(Outputs, Rule.along);
      int s = 0;
      int i = m;  // in its segment
      for (; i >= cut.segment; i -= cut.segment) ++s;
      int sum = 0;
      for (int k = 0; k < cut.terms_of(s); ++k)
        sum += int(run.net.biases[std::size_t(from + s * cut.terms + k)]) * polyfold::basis::low_binomial(i, k);
      return sum;
    }
  }

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<std::int16_t> partial(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G) + line_offset - partial_bytes);
  }
  template <class Run>
  static constexpr void expand(Run const& run, int y, int x) {
    using expansion = typename integers::template operation_at<group.expansion>;
    constexpr fold::operation_form of = expansion::form;
    using basis = integer_basis<of.outputs / of.groups, of.along, 0>;
    requantisation const scale = run.net.scale(first.scale + form.outputs);
    for (int g = 0; g < of.groups; ++g)
      basis::synthesise([&](int k) { return partial(run)[(g * basis::size + k) * sums.width + x]; },
                        [&](int i, int sum) {
                          int const m = g * basis::length + i;
                          constexpr int from =
                              first.bias + integers::template product_biases<G>.parameters(form.outputs);
                          run.template target<group.value>(m, y).set(
                              x, code_of_sum(run, m, y, x, scale(sum + bias<of.bias, of.outputs>(run, from, m))));
                        });
  }

  /// What a requantised sum of filter m at (y, x) becomes: by the addition, the activation, and as a code.
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int code_of_sum(Run const& run, int m, int y, int x, int value) {
    if constexpr (adds) {
      requantisation const scale = run.net.scale(first.scale + form.outputs + expands);
      value = rounded_shift(value + scale(run.template row<group.added>(m, y)[x]), addition_fraction);
    }
    constexpr integer_map out = integers::template map<group.value>;
    if constexpr (group.activation >= 0) {
      using function = integer_function<typename integers::template operation_at<group.activation>::function>;
      if constexpr (function::kind == integer_activation::leaky)
        if (value < 0) value = rounded_shift(core::larger(value, -32768) * function::slope, 15);
    }
    constexpr int high = out.bits == 16 ? 32767 : out.is_signed ? 127 : 255;
    constexpr int low = out.is_signed ? -high - 1 : 0;
    return clamped(value, low, high);
  }
};

}  // namespace detail

}  // namespace polyfold::integer
