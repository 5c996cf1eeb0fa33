// Options of convolutional and dense layers, given in a call: conv2d<16, 5>(padding<2>, along<axis::kernel, linear>).
#pragma once

#include <polyfold/basis/factor.hpp>

namespace polyfold {

/// Everything that a convolutional layer's type says.
struct convolution_spec {
  int filters = 1;
  int kernel_height = 1;
  int kernel_width = 1;
  int stride = 1;
  int padding = 0;
  int groups = 1;
  bool bias = true;
  approximation approximated{};

  friend constexpr bool operator==(convolution_spec const&, convolution_spec const&) = default;
};

template <int Number>
struct stride_option {
  static_assert(Number >= 1, "polyfold: a stride is at least 1");
  static constexpr void apply(auto& spec) { spec.stride = Number; }
};
template <int Number>
struct padding_option {
  static_assert(Number >= 0, "polyfold: padding cannot be negative");
  static constexpr void apply(auto& spec) { spec.padding = Number; }
};
template <int Number>
struct groups_option {
  static_assert(Number >= 1, "polyfold: a layer has at least one group");
  static constexpr void apply(auto& spec) { spec.groups = Number; }
};
struct no_bias_option {
  static constexpr void apply(auto& spec) { spec.bias = false; }
};
/// An option that says how weights are approximated also stands for that approximation as a value.
template <class Option>
struct approximation_option {
  constexpr operator approximation() const {
    constexpr convolution_spec changed = [] {
      convolution_spec spec;
      Option::apply(spec);
      return spec;
    }();
    static_assert(changed == convolution_spec{.approximated = changed.approximated},
                  "polyfold: a stride, padding, groups or missing biases are no part of an approximation");
    return changed.approximated;
  }
};
template <axis A, auto... Settings>
struct along_option : approximation_option<along_option<A, Settings...>> {
  static constexpr void apply(auto& spec) {
    factor& f = spec.approximated.along(A);
    f.used = true;
    (f.set(Settings), ...);
  }
};
template <auto... Settings>
struct bias_along_option : approximation_option<bias_along_option<Settings...>> {
  static constexpr void apply(auto& spec) {
    spec.approximated.bias.used = true;
    (spec.approximated.bias.set(Settings), ...);
  }
};
template <arrangement A>
struct arranged_option : approximation_option<arranged_option<A>> {
  static constexpr void apply(auto& spec) { spec.approximated.arranged = A; }
};
/// Several options as one; none leaves a layer as it is.
template <class... Options>
struct option_set : approximation_option<option_set<Options...>> {
  static constexpr void apply(auto& spec) { (Options::apply(spec), ...); }
};
template <approximation A>
struct approximated_option : approximation_option<approximated_option<A>> {
  static constexpr void apply(auto& spec) { spec.approximated = A; }
};

template <int Number>
inline constexpr stride_option<Number> stride{};
/// Zeros around the input, on every side.
template <int Number>
inline constexpr padding_option<Number> padding{};
/// Filters and channels in N groups that do not see each other; as many as channels: depthwise.
template <int Number>
inline constexpr groups_option<Number> groups{};
inline constexpr no_bias_option no_bias{};

/// Approximate along an axis: along<axis::output, segment<24>, linear>. Defaults: whole axis, order 0, polynomials.
template <axis A, auto... Settings>
inline constexpr along_option<A, Settings...> along{};
/// Approximate the biases along the output axis: bias_along<segment<24>, linear>.
template <auto... Settings>
inline constexpr bias_along_option<Settings...> bias_along{};
/// Arranged weights: a curve of 2^Bits levels in `Pieces` segments of `Order`, one for the layer.
template <int Pieces, function_order Order, int Bits>
inline constexpr arranged_option<arrangement{true, Pieces, Order.value, Bits, false}> arranged{};
/// The same with a curve for each filter.
template <int Pieces, function_order Order, int Bits>
inline constexpr arranged_option<arrangement{true, Pieces, Order.value, Bits, true}> arranged_per_filter{};

/// An approximation as an option, whatever made it: approximated<along<axis::kernel, linear>>.
template <approximation A>
inline constexpr approximated_option<A> approximated{};

/// The layer as it is: no approximation.
inline constexpr option_set<> exact{};
template <class... Options>
[[nodiscard]] consteval option_set<Options...> all_of(Options...) {
  return {};
}

namespace detail {
/// `spec` with the options applied in order.
template <class Spec, class... Options>
[[nodiscard]] consteval Spec with(Spec spec, Options...) {
  (Options::apply(spec), ...);
  return spec;
}
}  // namespace detail

}  // namespace polyfold
