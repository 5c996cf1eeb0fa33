// Outputs of a window along one axis, those at the border apart from the inner ones.
//
// Inner outputs read no padding, so their loop asks for no position: it is short and vectorises well. Those at the border do
// ask whether an input exists, and are taken one by one, never in a loop: a vectoriser turns conditional loads in a loop
// into loads under a mask, which g++ 12 with AVX-512VL has let read behind the end of a map.
#pragma once

#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>

namespace polyfold {

/// The outputs along an axis, of which [inner_first, inner_last) read no padding.
struct axis_outputs {
  int count = 0;
  int inner_first = 0;
  int inner_last = 0;
  friend constexpr bool operator==(axis_outputs const&, axis_outputs const&) = default;
};

namespace detail {
/// `whole`: how many windows would fit without the padding behind the last input.
[[nodiscard]] constexpr axis_outputs outputs_along(int count, int stride, int padding, int whole) {
  int const first = smaller(ceil_div(padding, stride), count);
  return {count, first, larger(first, smaller(whole, count))};
}
}  // namespace detail

/// The rows of a window's output over an input of `rows` rows; the columns over `columns` columns.
[[nodiscard]] constexpr axis_outputs output_rows(window const& w, int rows) {
  int const last = rows + w.padding_y - w.height;
  return detail::outputs_along(w.output_height(rows), w.stride_y, w.padding_y, last < 0 ? 0 : last / w.stride_y + 1);
}
[[nodiscard]] constexpr axis_outputs output_columns(window const& w, int columns) {
  int const last = columns + w.padding_x - w.width;
  return detail::outputs_along(w.output_width(columns), w.stride_x, w.padding_x, last < 0 ? 0 : last / w.stride_x + 1);
}

/// Calls f(i, inner) for the outputs `first` to `last` - 1 in order, where `inner` is a constant: std::true_type in the loop over
/// outputs that read no padding, std::false_type for the others.
template <axis_outputs Along, class F>
constexpr void for_each_output(int first, int last, F f) {
  auto const at_border = [&]<int... I>(int from, std::integer_sequence<int, I...>) {
    ((from + I >= first && from + I < last ? f(from + I, std::false_type{}) : void()), ...);
  };
  at_border(0, std::make_integer_sequence<int, Along.inner_first>{});
  for (int i = larger(first, Along.inner_first); i < smaller(last, Along.inner_last); ++i) f(i, std::true_type{});
  at_border(Along.inner_last, std::make_integer_sequence<int, Along.count - Along.inner_last>{});
}
template <axis_outputs Along, class F>
constexpr void for_each_output(F f) {
  for_each_output<Along>(0, Along.count, f);
}

}  // namespace polyfold
