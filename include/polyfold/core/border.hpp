// Outputs of a window along one axis, those at the border apart from the inner ones.
//
// Inner outputs read no padding, so their loop asks for no position: it is short and vectorises well. Those at the border do
// ask whether an input exists, and are taken one by one, never in a loop: a vectoriser turns conditional loads in a loop
// into loads under a mask, which g++ 12 with AVX-512VL has let read behind the end of a map.
#pragma once

#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/window.hpp>

namespace polyfold::core {

/// The outputs along an axis, of which [inner_first, inner_last) read no padding.
struct axis_outputs {
  int count = 0;
  int inner_first = 0;
  int inner_last = 0;
  friend constexpr bool operator==(axis_outputs const&, axis_outputs const&) = default;
};

/// The outputs of a window over so many inputs.
[[nodiscard]] constexpr axis_outputs outputs_along(window_axis const& a, int inputs) {
  int const count = a.outputs(inputs);
  int const last_start = inputs - a.extent();
  int const first = smaller(ceil_div(a.before, a.stride), count);
  int const whole =
      last_start + a.before < 0 ? 0 : (last_start + a.before) / a.stride + 1;  // fit without padding behind
  return {count, first, larger(first, smaller(whole, count))};
}

/// Goes through the outputs `first` to `last` - 1 in order: at_border(i) for one that reads padding, inside(from, to) for the
/// stretch of those that read none.
template <axis_outputs Along, class AtBorder, class Inside>
[[gnu::always_inline]] constexpr void for_each_stretch(int first, int last, AtBorder const& at_border,
                                                       Inside const& inside) {
  auto const one_by_one = [&]<int... I>(int from, std::integer_sequence<int, I...>) {
    ((from + I >= first && from + I < last ? at_border(from + I) : void()), ...);
  };
  one_by_one(0, std::make_integer_sequence<int, Along.inner_first>{});
  if constexpr (Along.inner_first < Along.inner_last)
    inside(larger(first, Along.inner_first), smaller(last, Along.inner_last));
  one_by_one(Along.inner_last, std::make_integer_sequence<int, Along.count - Along.inner_last>{});
}

/// Calls f(i, inner) for the outputs `first` to `last` - 1 in order, where `inner` is a constant: std::true_type in the loop over
/// outputs that read no padding, std::false_type for the others.
template <axis_outputs Along, class F>
constexpr void for_each_output(int first, int last, F f) {
  for_each_stretch<Along>(
      first, last, [&](int i) { f(i, std::false_type{}); },
      [&](int from, int to) {
        for (int i = from; i < to; ++i) f(i, std::true_type{});
      });
}
template <axis_outputs Along, class F>
constexpr void for_each_output(F f) {
  for_each_output<Along>(0, Along.count, f);
}

}  // namespace polyfold::core
