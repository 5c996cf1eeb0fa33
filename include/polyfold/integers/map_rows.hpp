// The rows of integer maps that no product makes: moments along channels and along rows, maxima, averages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/integers/integer_run.hpp>

namespace polyfold::integer {

namespace detail {

/// Moments along channels, a pixel at a time, or along the rows of windows, a channel at a time.
template <class Places, int G, integer_group_kind Kind>
requires(Kind == integer_group_kind::channel_moments ||
         Kind == integer_group_kind::row_moments) struct integer_group_rows<Places, G, Kind> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  static constexpr fold::operation_form form = integers::template operation_at<group.head>::form;
  using basis = typename integers::template moment_basis<G>;
  static constexpr bool along_channels = Kind == integer_group_kind::channel_moments;
  static constexpr int state_bytes = 0;
  static constexpr int scratch_bytes = 0;
  static constexpr int steps = form.in.height;
  [[nodiscard]] static constexpr int made(int steps_done) { return steps_done; }
  [[nodiscard]] static constexpr row_range reads(int y) { return {y, y + 1}; }

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    constexpr int shift = integers::template map<group.value>.shift;
    constexpr window_axis under = form.under.x;
    for (int part = 0; part < (along_channels ? form.groups : form.in.channels); ++part)
      for (int x = 0; x < form.output().width; ++x)
        basis::analyse(
            [&](int i) {
              if constexpr (along_channels) {
                return run.template row<group.source>(part * basis::length + i, y)[x];
              } else {
                int const at = under.start(x) + i * under.dilation;
                return at >= 0 && at < form.in.width ? run.template row<group.source>(part, y)[at] : 0;
              }
            },
            [&](int k, int sum) {
              run.template target<group.value>(part * basis::size + k, y).set(x, rounded_shift(sum, shift));
            });
  }
};

/// Maxima and averages under a window; padding is left out, and averages have none. Averages of whole maps are summed up row by
/// row.
template <class Places, int G, integer_group_kind Kind>
struct integer_group_rows {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  using pool_type = typename integers::template operation_at<group.head>;
  static constexpr shape in = integers::template value_shape<group.source>();
  static constexpr window under = pool_type::input_window;
  static constexpr bool averages = Kind == integer_group_kind::average;
  static constexpr bool sums_rows = averages && under == core::whole_map(in);

  static constexpr int state_bytes = sums_rows ? 4 * in.channels : 0;
  static constexpr int scratch_bytes = 0;
  static constexpr int steps = sums_rows ? in.height : pool_type::output.height;
  [[nodiscard]] static constexpr int made(int steps_done) { return sums_rows ? int(steps_done == steps) : steps_done; }
  [[nodiscard]] static constexpr row_range reads(int y) { return sums_rows ? row_range{y, y + 1} : pool_type::rows(y); }

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    for (int c = 0; c < in.channels; ++c) {
      if constexpr (sums_rows)
        add_row(run, c, y);
      else
        layer_types::detail::for_each_window<in, under>({y, y + 1}, [&](int, int x, auto pixels) {
          int value = averages ? 0 : -32768;
          pixels([&](int iy, int ix) {
            int const code = run.template row<group.source>(c, iy)[ix];
            value = averages ? value + code : core::larger(value, code);
          });
          if constexpr (averages) value = average(run, value);
          run.template target<group.value>(c, y).set(x, value);
        });
    }
  }

 private:
  template <class Run>
  static constexpr void add_row(Run const& run, int c, int y) {
    numbers_in_bytes<std::int32_t> const sums(run.memory + Places::state(G));
    auto const row = run.template row<group.source>(c, y);
    int sum = y == 0 ? 0 : sums[c];
    for (int x = 0; x < in.width; ++x) sum += row[x];
    sums.set(c, sum);
    if (y + 1 == in.height) run.template target<group.value>(c, 0).set(0, average(run, sum));
  }
  template <class Run>
  [[nodiscard]] static constexpr int average(Run const& run, int sum) {
    constexpr bool is_signed = integers::template map<group.value>.is_signed;
    int const code = run.net.scale(integers::places[G].scale)(sum);
    return clamped(code, is_signed ? -128 : 0, is_signed ? 127 : 255);
  }
};

}  // namespace detail

}  // namespace polyfold::integer
