// Integer networks at work: the groups of a network (groups.hpp), row by row. A schedule says which rows are kept, where, and when
// each is computed; no bit of a result depends on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/integers/integer_program.hpp>
#include <polyfold/integers/memory.hpp>
#include <polyfold/layers/scale_groups.hpp>

namespace polyfold {

/// Bits behind the point of a sum to which another map is added.
inline constexpr int addition_fraction = 4;

namespace detail {

/// The rows of value V in a workspace, of which the last `Kept` are there: row after row, all channels of one side by side.
template <class Integers, int V, int Offset, int Kept>
struct integer_rows {
  static constexpr shape extent = Integers::template value_shape<V>();
  static constexpr integer_map map = Integers::template map<V>;
  using number = std::conditional_t<map.bits == 16, std::int16_t,
                                    std::conditional_t<map.is_signed, std::int8_t, std::uint8_t>>;
  static constexpr int row_numbers = extent.channels * extent.width;
  static constexpr int bytes = Kept * row_numbers * int(sizeof(number));

  /// y modulo Kept, without a division: exact for all rows of the map.
  [[gnu::always_inline, nodiscard]] static constexpr int slot(int y) {
    if constexpr (Kept >= extent.height)
      return y;
    else
      return y - (y * reciprocal >> 16) * Kept;
  }
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<number> row(std::uint8_t* memory, int y) {
    return numbers_in_bytes<number>(memory + Offset) + slot(y) * row_numbers;
  }
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<number> row(std::uint8_t* memory, int c, int y) {
    return row(memory, y) + c * extent.width;
  }

 private:
  static constexpr int reciprocal = (1 << 16) / Kept + 1;
  static_assert([] {
    for (int y = 0; y < extent.height && Kept < extent.height; ++y)
      if (y - (y * reciprocal >> 16) * Kept != y % Kept) return false;
    return true;
  }());
};

/// A row of pixels, less the one that stands for zero.
struct pixel_row {
  std::uint8_t const* pixels;
  int zero;
  [[gnu::always_inline, nodiscard]] constexpr int operator[](int x) const { return pixels[x] - zero; }
  [[gnu::always_inline, nodiscard]] constexpr pixel_row operator+(int i) const { return {pixels + i, zero}; }
};

/// What a group reads and writes while it runs: the network's numbers, the image, and the workspace of `Places`.
template <class Places, class Net>
struct integer_run {
  Net const& net;
  std::uint8_t const* image;
  std::uint8_t* memory;
  std::int16_t* logits;

  /// Row y of channel c of value V.
  template <int V>
  [[gnu::always_inline, nodiscard]] constexpr auto row(int c, int y) const {
    if constexpr (V == 0)
      return pixel_row{image + Places::image_row(c, y), net.zeros[std::size_t(c)]};
    else
      return Places::template rows<V>::row(memory, c, y);
  }
  /// Writes the number at (c, y, x) of value V.
  template <int V>
  [[gnu::always_inline]] constexpr void put(int c, int y, int x, int value) const {
    constexpr shape out = Places::integers::template value_shape<V>();
    if constexpr (V == Places::integers::result)
      logits[(c * out.height + y) * out.width + x] = static_cast<std::int16_t>(value);
    else
      Places::template rows<V>::row(memory, c, y).set(x, value);
  }
};

/// Group G: `row(run, y)` computes row y of what it makes; rows come in order.
template <class Places, int G, integer_group_kind Kind>
struct integer_group_rows;

template <class Places, int G>
using rows_of_group = integer_group_rows<Places, G, Places::integers::template group<G>.kind>;

template <class Places, int G>
struct integer_group_rows<Places, G, integer_group_kind::product> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  using product_type = typename integers::template operation_at<group.head>;
  static constexpr operation_form form = product_type::form;
  static constexpr bool takes_moments = integers::template takes_moments<G>;
  static constexpr bool expands = group.expansion >= 0;
  static constexpr auto first = integers::places[std::size_t(G)];
  static constexpr shape sums = form.output();
  static constexpr shape in = form.in;
  static constexpr int per_group = form.outputs / form.groups;  // filters
  static constexpr int channels = in.channels / form.groups;

  /// The rows of the source that output row y reads.
  [[nodiscard]] static constexpr row_range reads(int y) {
    if constexpr (takes_moments) {
      using moments = typename integers::template kernel_moments<G>;
      row_range const under = rows_under(moments::under, y, moments::in.height);
      return {larger(0, under.first - 1), under.last};
    } else {
      return rows_under(form.under, y, in.height);
    }
  }
  static constexpr int state_bytes = [] {
    if constexpr (takes_moments)
      return integers::template kernel_moments<G>::bytes;
    else
      return 0;
  }();
  static constexpr int scratch_bytes = expands ? 2 * sums.channels * sums.width : 0;

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    if constexpr (takes_moments) {
      using moments = typename integers::template kernel_moments<G>;
      moments::advance(numbers_in_bytes<typename moments::sum_type>(run.memory + Places::state(G)), y,
                       [&](int c, int iy) { return run.template row<group.source>(c, iy); });
    }
    for (int m = 0; m < sums.channels; ++m) {
      int x = 0;
      for (; x + block <= sums.width; x += block) filter<block>(run, m, y, x);
      if constexpr (sums.width % block != 0)
        for (; x < sums.width; ++x) filter<1>(run, m, y, x);
    }
    if constexpr (expands)
      for (int x = 0; x < sums.width; ++x) expand(run, y, x);
  }

 private:
  static constexpr int block = sums.width >= 4 ? 4 : sums.width;
  static constexpr bool adds = group.added >= 0;
  static constexpr int degrees = integers::template degree_count<G>;
  static constexpr int source_degrees = integers::template degrees<group.source>();

  /// Pixels x to x + Count - 1 of filter, or partial product, m.
  template <int Count, class Run>
  static constexpr void filter(Run const& run, int m, int y, int x) {
    int sum[std::size_t(Count)];
    int const start = bias_of_product(run, m);
    for (int p = 0; p < Count; ++p) sum[p] = start;
    if constexpr (takes_moments)
      multiply_moments<Count>(run, m, x, sum);
    else
      multiply_map<Count>(run, m, y, x, sum);
    requantisation const scale = run.net.scale(first.scale + m);
    for (int p = 0; p < Count; ++p) {
      if constexpr (expands)
        partial(run).set(m * sums.width + x + p, clamped(scale(sum[p]), -32767, 32767));
      else
        write(run, m, y, x + p, scale(sum[p]));
    }
  }

  [[gnu::always_inline, nodiscard]] static constexpr int shifted(int code, int shift) {
    return code * (1 << shift);
  }
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int degree_shift(Run const& run, int degree) {
    if constexpr (degrees > 1)
      return run.net.degree_shifts[std::size_t(first.degree + degree)];
    else
      return 0;
  }

  template <int Count, class Run>
  [[gnu::always_inline]] static constexpr void multiply_moments(Run const& run, int m, int x, int* sum) {
    using moments = typename integers::template kernel_moments<G>;
    constexpr int planes = channels / moments::terms;
    std::int8_t const* code = run.net.codes.data() + first.code + m * channels;
    numbers_in_bytes<typename moments::sum_type> const held(run.memory + Places::state(G));
    int degree = 0;  // of the plane's channel
    for (int c = m / per_group * planes, end = c + planes; c < end; ++c) {
      [&]<int... T>(std::integer_sequence<int, T...>) {
        (
            [&] {
              constexpr int plane_degrees = degrees / source_degrees;
              int const weight =
                  shifted(*code++, degree_shift(run, degree * plane_degrees + moments::of_terms[std::size_t(T)].degree));
              for (int p = 0; p < Count; ++p) sum[p] += weight * moments::template get<T>(held, c, x + p);
            }(),
            ...);
      }
      (std::make_integer_sequence<int, moments::terms>{});
      if constexpr (source_degrees > 1) degree = degree + 1 == source_degrees ? 0 : degree + 1;
    }
  }

  template <int Count, class Run>
  [[gnu::always_inline]] static constexpr void multiply_map(Run const& run, int m, int y, int x, int* sum) {
    constexpr window under = form.under;
    std::int8_t const* code = run.net.codes.data() + first.code + m * form.fan_in();
    int const top = under.y.start(y);
    int const left = under.x.start(x);
    index_range const inside = under.y.inside(top, in.height);
    // Whether all columns of all windows are there: else each is asked for.
    bool const inner = left >= 0 && left + (Count - 1) * under.x.stride + under.x.extent() <= in.width;
    int degree = 0;
    for (int c = 0; c < channels; ++c, code += under.area()) {
      int const shift = degree_shift(run, degree);
      for (int r = inside.first; r < inside.last; ++r) {
        auto const row =
            run.template row<group.source>(m / per_group * channels + c, top + r * under.y.dilation);
        std::int8_t const* const w = code + r * under.x.size;
        for (int s = 0; s < under.x.size; ++s) {
          int const weight = shifted(w[s], shift);
          int const from = left + s * under.x.dilation;
          if (inner) {
            for (int p = 0; p < Count; ++p) sum[p] += weight * row[from + p * under.x.stride];
          } else {
            for (int p = 0; p < Count; ++p) {
              int const at = from + p * under.x.stride;
              if (at >= 0 && at < in.width) sum[p] += weight * row[at];
            }
          }
        }
      }
      if constexpr (source_degrees > 1) degree = degree + 1 == source_degrees ? 0 : degree + 1;
    }
  }

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int bias_of_product(Run const& run, int m) {
    return bias<form.bias, form.outputs>(run, first.bias, m);
  }
  /// Biases along segments are polynomials of the output's number.
  template <bias_rule Rule, int Outputs, class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int bias(Run const& run, int from, int m) {
    if constexpr (Rule.kind == bias_kind::none) {
      return 0;
    } else if constexpr (Rule.kind == bias_kind::dense) {
      return int(run.net.biases[std::size_t(from + m)]);
    } else {
      constexpr axis_cut cut(Outputs, Rule.cut);
      int const s = m / cut.segment;
      int sum = 0;
      for (int k = 0; k < cut.terms_of(s); ++k)
        sum += int(run.net.biases[std::size_t(from + s * cut.terms + k)]) * int(binomial(m - s * cut.segment, k));
      return sum;
    }
  }

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<std::int16_t> partial(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G));
  }
  template <class Run>
  static constexpr void expand(Run const& run, int y, int x) {
    using expansion = typename integers::template operation_at<group.expansion>;
    constexpr operation_form of = expansion::form;
    using basis = integer_basis<of.outputs / of.groups, of.cut, 0>;
    requantisation const scale = run.net.scale(first.scale + form.outputs);
    for (int g = 0; g < of.groups; ++g)
      basis::synthesise([&](int k) { return partial(run)[(g * basis::size + k) * sums.width + x]; },
                        [&](int i, int sum) {
                          int const m = g * basis::length + i;
                          constexpr int from = first.bias + form.bias.numbers(form.outputs);
                          write(run, m, y, x, scale(sum + bias<of.bias, of.outputs>(run, from, m)));
                        });
  }

  /// What is behind the sums of filter m at (y, x), requantised: the addition, the activation, the code.
  template <class Run>
  [[gnu::always_inline]] static constexpr void write(Run const& run, int m, int y, int x, int value) {
    if constexpr (adds) {
      requantisation const scale = run.net.scale(first.scale + form.outputs + expands);
      value = rounded_shift(value + scale(run.template row<group.added>(m, y)[x]), addition_fraction);
    }
    constexpr integer_map out = integers::template map<group.value>;
    if constexpr (group.activation >= 0) {
      using function = integer_function<typename integers::template operation_at<group.activation>::function>;
      if constexpr (function::kind == integer_activation::leaky)
        if (value < 0) value = rounded_shift(larger(value, -32768) * function::slope, 15);
    }
    constexpr int high = out.bits == 16 ? 32767 : out.is_signed ? 127 : 255;
    constexpr int low = out.is_signed ? -high - 1 : 0;
    run.template put<group.value>(m, y, x, clamped(value, low, high));
  }
};

template <class Places, int G>
struct integer_group_rows<Places, G, integer_group_kind::channel_moments> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  static constexpr operation_form form = integers::template operation_at<group.head>::form;
  using basis = typename integers::template moment_basis<G>;
  static constexpr int state_bytes = 0;
  static constexpr int scratch_bytes = 0;
  [[nodiscard]] static constexpr row_range reads(int y) { return {y, y + 1}; }

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    constexpr int shift = integers::template map<group.value>.shift;
    for (int g = 0; g < form.groups; ++g)
      for (int x = 0; x < form.in.width; ++x)
        basis::analyse([&](int c) { return run.template row<group.source>(g * basis::length + c, y)[x]; },
                       [&](int k, int sum) {
                         run.template put<group.value>(g * basis::size + k, y, x, rounded_shift(sum, shift));
                       });
  }
};

template <class Places, int G>
struct integer_group_rows<Places, G, integer_group_kind::row_moments> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  static constexpr operation_form form = integers::template operation_at<group.head>::form;
  using basis = typename integers::template moment_basis<G>;
  static constexpr int state_bytes = 0;
  static constexpr int scratch_bytes = 0;
  [[nodiscard]] static constexpr row_range reads(int y) { return {y, y + 1}; }

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    constexpr int shift = integers::template map<group.value>.shift;
    constexpr window_axis under = form.under.x;
    for (int c = 0; c < form.in.channels; ++c) {
      auto const source = run.template row<group.source>(c, y);
      for (int x = 0; x < form.output().width; ++x) {
        int const left = under.start(x);
        basis::analyse(
            [&](int s) {
              int const at = left + s * under.dilation;
              return at >= 0 && at < form.in.width ? source[at] : 0;
            },
            [&](int k, int sum) {
              run.template put<group.value>(c * basis::size + k, y, x, rounded_shift(sum, shift));
            });
      }
    }
  }
};

/// Maxima and averages under a window; padding is left out, and averages have none.
template <class Places, int G, integer_group_kind Kind>
struct integer_group_rows {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  using pool_type = typename integers::template operation_at<group.head>;
  static constexpr shape in = integers::template value_shape<group.source>();
  static constexpr shape out = pool_type::output;
  static constexpr bool averages = Kind == integer_group_kind::average;
  static constexpr int state_bytes = 0;
  static constexpr int scratch_bytes = 0;
  [[nodiscard]] static constexpr row_range reads(int y) { return pool_type::rows(y); }

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    for (int c = 0; c < in.channels; ++c)
      for_each_window<in, under>({y, y + 1}, [&](int, int x, auto pixels) {
        int value = averages ? 0 : -32768;
        pixels([&](int iy, int ix) {
          int const code = run.template row<group.source>(c, iy)[ix];
          value = averages ? value + code : larger(value, code);
        });
        if constexpr (averages) {
          constexpr integer_map map = integers::template map<group.value>;
          value = clamped(run.net.scale(integers::places[std::size_t(G)].scale)(value), map.is_signed ? -128 : 0,
                          map.is_signed ? 127 : 255);
        }
        run.template put<group.value>(c, y, x, value);
      });
  }

 private:
  static constexpr window under = pool_type::input_window;
};

}  // namespace detail

}  // namespace polyfold
