// Options of convolutional and dense layers, given in a call: conv2d<16, 5>(padding<2>, along<axis::kernel, linear>).
#pragma once

#include <type_traits>

#include <polyfold/basis/approximation_needs.hpp>
#include <polyfold/basis/factor.hpp>

namespace polyfold {

/// Everything that the type of a layer with weights says.
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

/// What a layer's description has decides which options the layer takes.
template <class Spec>
concept has_stride = requires(Spec spec) {
  spec.stride;
};
template <class Spec>
concept has_padding = requires(Spec spec) {
  spec.padding;
};
template <class Spec>
concept has_groups = requires(Spec spec) {
  spec.groups;
};
template <class Spec>
concept has_bias = requires(Spec spec) {
  spec.bias;
};
template <class Spec>
concept has_approximation = requires(Spec spec) {
  spec.approximated;
};

template <class Option, class Spec>
concept option_of = requires(Spec& spec) {
  Option::apply(spec);
  Option::sets;
};
/// An option of some layer.
template <class Option>
concept any_option = option_of<Option, convolution_spec>;

namespace detail {

/// What options set, one bit each: no two of a layer's may set the same.
struct set_by_options {
  static constexpr unsigned stride = 1;
  static constexpr unsigned padding = 2;
  static constexpr unsigned groups = 4;
  static constexpr unsigned bias = 8;
  static constexpr unsigned bias_cut = 16;
  static constexpr unsigned arrangement = 32;
  static constexpr unsigned approximation = ~15u;
  [[nodiscard]] static constexpr unsigned cut(axis a) { return 64u << static_cast<int>(a); }
};

template <class Option, class Spec>
constexpr void apply(Spec& spec) {
  if constexpr (option_of<Option, Spec>) Option::apply(spec);
}
/// `spec` with the options that are options of it applied in order.
template <class... Options, class Spec>
[[nodiscard]] consteval Spec with(Spec spec) {
  (apply<Options>(spec), ...);
  return spec;
}

template <class... Options>
[[nodiscard]] consteval requirement first_need() {
  requirement first;
  (void)((need_of<Options>.kind == need::nothing || (first = need_of<Options>, false)) && ...);
  return first;
}

/// What options of a `Spec` need.
template <class Spec, class... Options>
[[nodiscard]] consteval requirement needs_of_options() {
  if constexpr (!(any_option<Options> && ...)) {
    return unmet(need::options);
  } else if constexpr (!(option_of<Options, Spec> && ...)) {
    return unmet(need::known_options);
  } else {
    unsigned seen = 0;
    bool twice = false;
    ((twice = twice || (seen & Options::sets) != 0, seen |= Options::sets), ...);
    return twice ? unmet(need::each_option_once) : first_need<Options...>();
  }
}

template <class Setting>
concept factor_setting = requires(factor f, Setting s) {
  f.set(s);
};
template <class Wanted, class... Settings>
inline constexpr int count_of = (0 + ... + int(std::is_same_v<Wanted, std::remove_const_t<Settings>>));
template <class... Settings>
inline constexpr requirement needs_of_settings =
    (factor_setting<Settings> && ...) && count_of<segment_length, Settings...> <= 1 &&
            count_of<function_order, Settings...> <= 1 && count_of<basis_kind, Settings...> <= 1
        ? requirement{}
        : unmet(need::settings_of_an_axis);
template <auto Setting>
constexpr void set(factor& f) {
  if constexpr (factor_setting<decltype(Setting)>) f.set(Setting);
}

}  // namespace detail

/// An option that says how weights are approximated also stands for that approximation as a value; others stop the build
/// where they are taken for one.
template <class Option>
struct approximation_option {
  constexpr operator approximation() const;
};

// `needs` of an option that is wrong by itself; the layer goes on with a number that is in range.
template <int Number>
struct stride_option : approximation_option<stride_option<Number>> {
  static constexpr requirement needs = Number >= 1 ? requirement{} : unmet(need::stride_of_one_or_more, Number, 1);
  static constexpr unsigned sets = detail::set_by_options::stride;
  static constexpr void apply(has_stride auto& spec) { spec.stride = Number < 1 ? 1 : Number; }
};
template <int Number>
struct padding_option : approximation_option<padding_option<Number>> {
  static constexpr requirement needs = Number >= 0 ? requirement{} : unmet(need::padding_of_zero_or_more, Number, 0);
  static constexpr unsigned sets = detail::set_by_options::padding;
  static constexpr void apply(has_padding auto& spec) { spec.padding = Number < 0 ? 0 : Number; }
};
template <int Number>
struct groups_option : approximation_option<groups_option<Number>> {
  static constexpr requirement needs = Number >= 1 ? requirement{} : unmet(need::groups_of_one_or_more, Number, 1);
  static constexpr unsigned sets = detail::set_by_options::groups;
  static constexpr void apply(has_groups auto& spec) { spec.groups = Number < 1 ? 1 : Number; }
};
struct no_bias_option : approximation_option<no_bias_option> {
  static constexpr unsigned sets = detail::set_by_options::bias;
  static constexpr void apply(has_bias auto& spec) { spec.bias = false; }
};

namespace detail {
/// What an option, or several, change of a layer.
template <class Option>
inline constexpr convolution_spec changed_by = with<Option>(convolution_spec{});
template <class Option>
inline constexpr bool sets_only_an_approximation = first_need<Option>().kind == need::nothing&& changed_by<Option> ==
                                                   convolution_spec{.approximated = changed_by<Option>.approximated};
}  // namespace detail

/// An option that sets nothing but an approximation.
template <class Option>
concept approximating_option = any_option<Option> && detail::sets_only_an_approximation<Option>;

template <class Option>
constexpr approximation_option<Option>::operator approximation() const {
  static_assert(approximating_option<Option>,
                "polyfold: an approximation is said by along<...>, bias_along<...> and arranged<...> with the settings "
                "that they take; a stride, padding, groups or missing biases are no part of one");
  return detail::changed_by<Option>.approximated;
}
template <axis A, auto... Settings>
struct along_option : approximation_option<along_option<A, Settings...>> {
  static constexpr requirement needs = detail::needs_of_settings<decltype(Settings)...>;
  static constexpr unsigned sets = detail::set_by_options::cut(A);
  static constexpr void apply(has_approximation auto& spec) {
    factor& f = spec.approximated.along(A);
    f.used = true;
    (detail::set<Settings>(f), ...);
  }
};
template <auto... Settings>
struct bias_along_option : approximation_option<bias_along_option<Settings...>> {
  static constexpr requirement needs = detail::needs_of_settings<decltype(Settings)...>;
  static constexpr unsigned sets = detail::set_by_options::bias_cut;
  static constexpr void apply(has_approximation auto& spec) {
    spec.approximated.bias.used = true;
    (detail::set<Settings>(spec.approximated.bias), ...);
  }
};
template <arrangement A>
struct arranged_option : approximation_option<arranged_option<A>> {
  static constexpr unsigned sets = detail::set_by_options::arrangement;
  static constexpr void apply(has_approximation auto& spec) { spec.approximated.arranged = A; }
};
/// Several options as one; none leaves a layer as it is.
template <class... Options>
struct option_set : approximation_option<option_set<Options...>> {
  static constexpr requirement needs = detail::first_need<Options...>();
  static constexpr unsigned sets = (0u | ... | Options::sets);
  template <class Spec>
  requires(option_of<Options, Spec>&&...) static constexpr void apply(Spec& spec) { (Options::apply(spec), ...); }
};
template <approximation A>
struct approximated_option : approximation_option<approximated_option<A>> {
  static constexpr unsigned sets = detail::set_by_options::approximation;
  static constexpr void apply(has_approximation auto& spec) { spec.approximated = A; }
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
[[nodiscard]] constexpr option_set<Options...> all_of(Options const&...) {
  return {};
}

}  // namespace polyfold
