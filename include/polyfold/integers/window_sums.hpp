// Dense integer products of a map, a row of sums at a time.
//
// The rows under a window are laid out with all channels of a pixel side by side, 16 bits each, so that the numbers under a row of
// the window are one run of memory whatever the stride, and two products of neighbours are one instruction where there is one.
// Maps that a window covers whole are one vector, whose codes are read as they are stored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/integers/integer_run.hpp>
#include <polyfold/integers/lanes.hpp>

namespace polyfold::integer::detail {

/// Of the product of group G.
template <class Places, int G>
struct integer_window_sums {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  static constexpr fold::operation_form form = integers::template operation_at<group.head>::form;
  static constexpr shape in = form.in;
  static constexpr shape sums = form.output();
  static constexpr window under = form.under;
  static constexpr int channels = in.channels / form.groups;
  static constexpr int per_group = form.outputs / form.groups;
  static constexpr int fan_in = form.fan_in();
  static constexpr int degrees = integers::template degree_count<G>;
  static constexpr auto first = integers::places[G];

  /// The group of filter m.
  [[gnu::always_inline, nodiscard]] static constexpr int group_of(int m) {
    return form.groups == 1 ? 0 : m / per_group;
  }

  static constexpr bool is_vector = sums.pixels() == 1 && under.covers(in) && degrees == 1;
  static constexpr int at_once = per_group % 4 == 0 && fan_in <= 256 ? 4
                                 : per_group % 3 == 0                ? 3
                                 : per_group % 2 == 0                ? 2
                                                                     : 1;

 private:
  static constexpr int runs = under.x.dilation == 1 ? 1 : under.x.size;  // under a row of the window
  static constexpr int run_numbers = channels * under.x.size / runs;
  static constexpr int run_words = core::ceil_div(run_numbers, 2);
  static constexpr int filter_words = under.y.size * runs * run_words;
  static constexpr int line_pixels = (sums.width - 1) * under.x.stride + under.x.extent();
  /// Where runs may begin at an odd number, a second copy lies one number further down.
  static constexpr int copies = channels % 2 == 0 || !has_dual_products ? 1 : 2;
  static constexpr int line_numbers = core::ceil_div(line_pixels * channels, 2) * 2 + 2;

 public:
  static constexpr int scratch_bytes =
      is_vector ? 2 * core::ceil_div(fan_in, 4) * 4 : 2 * form.groups * under.y.size * copies * line_numbers;

  /// Lays out what output row y reads.
  template <class Run>
  static constexpr void prepare(Run const& run, int y) {
    if constexpr (is_vector) {
      numbers_in_bytes<std::int16_t> const to = scratch(run);
      for (int c = 0, k = 0; c < in.channels; ++c)
        for (int r = 0; r < in.height; ++r) {
          auto const row = run.template row<group.source>(c, r);
          for (int x = 0; x < in.width; ++x, ++k) to.set(place_of(k), row[x]);
        }
      for (int k = fan_in; k < core::ceil_div(fan_in, 4) * 4; ++k) to.set(place_of(k), 0);
    } else {
      int const top = under.y.start(y);
      index_range const inside = under.y.inside(top, in.height);
      for (int g = 0; g < form.groups; ++g)
        for (int r = inside.first; r < inside.last; ++r) fill_line(run, g, r, top + r * under.y.dilation);
    }
  }

  /// Sums of `at_once` filters from m on: store(word, left, right) takes those of pixels 2 * word and the next, of all of them.
  template <class Run, class Store>
  [[gnu::always_inline]] static constexpr void multiply(Run const& run, int m, int y, int const* starts, Store store) {
    if constexpr (is_vector)
      multiply_vector(run, m, starts, store);
    else
      multiply_lines(run, m, y, starts, store);
  }

 private:
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto scratch(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G));
  }
  [[gnu::always_inline, nodiscard]] static constexpr int line_at(int g, int r, int copy) {
    return ((g * under.y.size + r) * copies + copy) * line_numbers;
  }

  template <class Run>
  static constexpr void fill_line(Run const& run, int g, int r, int iy) {
    auto const to = scratch(run) + line_at(g, r, 0);
    constexpr int end = core::smaller(line_pixels, under.x.before + in.width);
    for (int i = 0; i < under.x.before * channels; ++i) to.set(i, 0);
    for (int i = end * channels; i < line_numbers; ++i) to.set(i, 0);
    for (int c = 0; c < channels; ++c) {
      auto const row = run.template row<group.source>(g * channels + c, iy);
      for (int x = 0, at = under.x.before * channels + c; x < end - under.x.before; ++x, at += channels)
        to.set(at, row[x]);
    }
    if constexpr (copies == 2) {
      for (int i = 0; i + 1 < line_numbers; ++i) to.set(line_numbers + i, to[i + 1]);
      to.set(2 * line_numbers - 1, 0);
    }
  }
  /// The run at a number of a line; words may be read there.
  [[gnu::always_inline, nodiscard]] static constexpr auto run_at(numbers_in_bytes<std::int16_t> line, int number) {
    if constexpr (copies == 2)
      if (has_dual_products && number % 2 != 0) return line + (line_numbers + number - 1);
    return line + number;
  }

  /// Codes with their shifts, in the order of the lines.
  template <class Run>
  static constexpr void widen(Run const& run, int m, numbers_in_bytes<std::int16_t> to) {
    std::int8_t const* const codes = run.net.codes.data() + first.code + m * fan_in;
    for (int i = 0; i < under.y.size * runs && run_numbers % 2 == 1; ++i) to.set(2 * run_words * (i + 1) - 1, 0);
    int degree = 0;
    for (int c = 0; c < channels; ++c) {
      int const shift = degrees > 1 ? run.net.degree_shifts[std::size_t(first.degree + degree)] : 0;
      degree = degree + 1 == degrees ? 0 : degree + 1;
      std::int8_t const* const of_channel = codes + c * under.area();
      for (int r = 0; r < under.y.size; ++r)
        for (int s = 0; s < under.x.size; ++s) {
          int const at = runs == 1 ? r * 2 * run_words + s * channels + c : (r * runs + s) * 2 * run_words + c;
          to.set(at, of_channel[r * under.x.size + s] * (1 << shift));
        }
    }
  }

  template <class Run, class Store>
  [[gnu::always_inline]] static constexpr void multiply_lines(Run const& run, int m, int y, int const* starts,
                                                              Store store) {
    alignas(4) std::uint8_t memory[std::size_t(4 * at_once * filter_words)];
    numbers_in_bytes<std::int16_t> const widened(memory);
    for (int f = 0; f < at_once; ++f) widen(run, m + f, widened + 2 * f * filter_words);
    index_range const inside = under.y.inside(under.y.start(y), in.height);
    auto const lines = scratch(run) + line_at(group_of(m), 0, 0);
    for (int word = 0; word < core::ceil_div(sums.width, 2); ++word) {
      int const x = 2 * word;
      int const next = x + 1 < sums.width ? x + 1 : x;
      core::c_array<int, at_once> left;
      core::c_array<int, at_once> right;
#pragma GCC unroll 4
      for (int f = 0; f < at_once; ++f) left[f] = right[f] = starts[f];
      for (int r = inside.first; r < inside.last; ++r) {
        auto const line = lines + r * copies * line_numbers;
        for (int j = 0; j < runs; ++j) {
          auto const a = run_at(line, (x * under.x.stride + j * under.x.dilation) * channels);
          auto const b = run_at(line, (next * under.x.stride + j * under.x.dilation) * channels);
          if constexpr (!has_dual_products) {
            auto const weights = widened + 2 * (r * runs + j) * run_words;
#pragma GCC unroll 4
            for (int i = 0; i < run_numbers; ++i) {
              int const of_left = a[i];
              int const of_right = b[i];
#pragma GCC unroll 4
              for (int f = 0; f < at_once; ++f) {
                int const weight = weights[2 * f * filter_words + i];
                left[f] += weight * of_left;
                right[f] += weight * of_right;
              }
            }
            continue;
          }
          auto const of_words = a.words();
          auto const next_words = b.words();
          auto const weights = widened.words() + (r * runs + j) * run_words;
#pragma GCC unroll 4
          for (int i = 0; i < run_words; ++i) {
            unsigned const of_left = unsigned(of_words[i]);
            unsigned const of_right = unsigned(next_words[i]);
#pragma GCC unroll 4
            for (int f = 0; f < at_once; ++f) {
              unsigned const two = unsigned(weights[f * filter_words + i]);
              left[f] = multiply_lanes(two, of_left, left[f]);
              right[f] = multiply_lanes(two, of_right, right[f]);
            }
          }
        }
      }
      store(word, left, right);
    }
  }

  /// Numbers 0 and 2, then 1 and 3 of four: as one instruction widens codes.
  [[gnu::always_inline, nodiscard]] static constexpr int place_of(int k) {
    return has_dual_products ? (k & ~3) + (k & 1) * 2 + (k >> 1 & 1) : k;
  }
  template <class Run, class Store>
  [[gnu::always_inline]] static constexpr void multiply_vector(Run const& run, int m, int const* starts, Store store) {
    std::int8_t const* const codes = run.net.codes.data() + first.code + m * fan_in;
    numbers_in_bytes<std::int16_t> const vector = scratch(run);
    core::c_array<int, at_once> sum;
#pragma GCC unroll 4
    for (int f = 0; f < at_once; ++f) sum[f] = starts[f];
    int k = 0;
    if constexpr (has_dual_products) {
      auto const words = vector.words();
      for (; k + 4 <= fan_in; k += 4) {
        unsigned const even = unsigned(words[k / 2]);
        unsigned const odd = unsigned(words[k / 2 + 1]);
#pragma GCC unroll 4
        for (int f = 0; f < at_once; ++f) {
          four_codes const four = widened_codes(codes + f * fan_in + k);
          sum[f] = multiply_lanes(four.odd, odd, multiply_lanes(four.even, even, sum[f]));
        }
      }
    }
    for (; k < fan_in; ++k) {
      int const x = vector[place_of(k)];
#pragma GCC unroll 4
      for (int f = 0; f < at_once; ++f) sum[f] += codes[f * fan_in + k] * x;
    }
    store(0, sum, sum);
  }
};

}  // namespace polyfold::integer::detail
