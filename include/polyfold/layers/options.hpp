// Options of convolutional and dense layers, given in a call: conv2d<16, 5>(padding<2>, along<axis::kernel, linear>).
#pragma once

#include <type_traits>

#include <polyfold/basis/approximation.hpp>
#include <polyfold/basis/approximation_needs.hpp>
#include <polyfold/core/window.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

/// Everything that the type of a layer with weights says.
struct convolution_spec {
  int filters = 1;
  window slid{};
  bool same = false;   ///< padded so that only the stride makes the map smaller
  bool slides = true;  ///< false: a dense layer, whose window covers what it reads
  int groups = 1;
  bool bias = true;
  approximation approximated{};

  friend constexpr bool operator==(convolution_spec const&, convolution_spec const&) = default;
};

/// What a layer's description has decides which options the layer takes.
template <class Spec>
concept has_window = requires(Spec spec) {
  spec.slid;
  spec.same;
};
template <class Spec>
concept rounds_up = requires(Spec spec) {
  spec.ceil_mode;
};
template <class Spec>
concept counts_padding = requires(Spec spec) {
  spec.counts_padding;
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
concept any_option = requires {
  Option::sets;
};

namespace detail {

/// What options set, one bit each: no two of a layer's may set the same.
struct set_by_options {
  static constexpr unsigned stride = 1;
  static constexpr unsigned padding = 2;
  static constexpr unsigned groups = 4;
  static constexpr unsigned bias = 8;
  static constexpr unsigned dilation = 16;
  static constexpr unsigned rounding = 32;
  static constexpr unsigned divisor = 64;
  static constexpr unsigned bias_cut = 128;
  static constexpr unsigned arrangement = 256;
  static constexpr unsigned approximation = ~127u;
  [[nodiscard]] static constexpr unsigned cut(axis a) { return 512u << static_cast<int>(a); }
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
  (void)((polyfold::detail::need_of<Options>.kind == need::nothing ||
          (first = polyfold::detail::need_of<Options>, false)) &&
         ...);
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
concept cut_setting = requires(cut f, Setting s) {
  f.set(s);
};
template <class Wanted, class... Settings>
inline constexpr int count_of = (0 + ... + int(std::is_same_v<Wanted, std::remove_const_t<Settings>>));
template <class... Settings>
inline constexpr requirement needs_of_settings =
    (cut_setting<Settings> && ...) && count_of<segment_length, Settings...> <= 1 &&
            count_of<function_order, Settings...> <= 1 && count_of<basis_kind, Settings...> <= 1
        ? requirement{}
        : unmet(need::settings_of_an_axis);
template <auto Setting>
constexpr void set(cut& f) {
  if constexpr (cut_setting<decltype(Setting)>) f.set(Setting);
}

}  // namespace detail

/// An option that says how weights are approximated also stands for that approximation as a value; others stop the build
/// where they are taken for one.
template <class Option>
struct approximation_option {
  constexpr operator approximation() const;
};

namespace detail {
/// The numbers that an option was given, of which one stands for both directions, or for all sides.
template <int... Numbers>
struct option_numbers {
  static constexpr int count = static_cast<int>(sizeof...(Numbers));
  [[nodiscard]] static constexpr int at(int i) {
    int number = 0;
    int place = 0;
    ((place++ == i ? void(number = Numbers) : void()), ...);
    return number;
  }
  static constexpr int least = [] {
    int number = at(0);
    for (int i = 1; i < count; ++i) number = core::smaller(number, at(i));
    return number;
  }();
  /// Unmet unless they are as many as they may be, and none is below `lowest`.
  [[nodiscard]] static constexpr requirement need_of(bool right_count, need lowest_kind, int lowest) {
    if (!right_count) return unmet(need::numbers_of_option, count, count);
    return least < lowest ? unmet(lowest_kind, least, lowest) : requirement{};
  }
};
}  // namespace detail

// `needs` of an option that is wrong by itself; the layer goes on with numbers that are in range.
template <int... Numbers>
struct stride_option : approximation_option<stride_option<Numbers...>> {
  using numbers = detail::option_numbers<Numbers...>;
  static constexpr requirement needs =
      numbers::need_of(numbers::count == 1 || numbers::count == 2, need::stride_of_one_or_more, 1);
  static constexpr unsigned sets = detail::set_by_options::stride;
  static constexpr void apply(has_window auto& spec) {
    spec.slid.y.stride = core::larger(numbers::at(0), 1);
    spec.slid.x.stride = core::larger(numbers::at(numbers::count == 1 ? 0 : 1), 1);
  }
};
template <int... Numbers>
struct padding_option : approximation_option<padding_option<Numbers...>> {
  using numbers = detail::option_numbers<Numbers...>;
  static constexpr requirement needs = numbers::need_of(
      numbers::count == 1 || numbers::count == 2 || numbers::count == 4, need::padding_of_zero_or_more, 0);
  static constexpr unsigned sets = detail::set_by_options::padding;
  static constexpr void apply(has_window auto& spec) {
    constexpr bool sides = numbers::count == 4;
    constexpr int across = numbers::count == 1 ? 0 : 1;
    spec.slid.y.before = core::larger(numbers::at(0), 0);
    spec.slid.y.after = core::larger(numbers::at(sides ? 1 : 0), 0);
    spec.slid.x.before = core::larger(numbers::at(sides ? 2 : across), 0);
    spec.slid.x.after = core::larger(numbers::at(sides ? 3 : across), 0);
  }
};
struct same_padding_option : approximation_option<same_padding_option> {
  static constexpr unsigned sets = detail::set_by_options::padding;
  static constexpr void apply(has_window auto& spec) { spec.same = true; }
};
template <int... Numbers>
struct dilation_option : approximation_option<dilation_option<Numbers...>> {
  using numbers = detail::option_numbers<Numbers...>;
  static constexpr requirement needs =
      numbers::need_of(numbers::count == 1 || numbers::count == 2, need::dilation_of_one_or_more, 1);
  static constexpr unsigned sets = detail::set_by_options::dilation;
  template <has_window Spec>
  requires(!counts_padding<Spec>) static constexpr void apply(Spec& spec) {
    spec.slid.y.dilation = core::larger(numbers::at(0), 1);
    spec.slid.x.dilation = core::larger(numbers::at(numbers::count == 1 ? 0 : 1), 1);
  }
};
struct ceil_mode_option : approximation_option<ceil_mode_option> {
  static constexpr unsigned sets = detail::set_by_options::rounding;
  static constexpr void apply(rounds_up auto& spec) { spec.ceil_mode = true; }
};
struct exclude_padding_option : approximation_option<exclude_padding_option> {
  static constexpr unsigned sets = detail::set_by_options::divisor;
  static constexpr void apply(counts_padding auto& spec) { spec.counts_padding = false; }
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
/// `Option`, given numbers that are not whole.
template <class Option>
struct option_of_fractions : approximation_option<option_of_fractions<Option>> {
  static constexpr requirement needs = unmet(need::whole_numbers);
  static constexpr unsigned sets = Option::sets;
  template <class Spec>
  requires option_of<Option, Spec>
  static constexpr void apply(Spec&) {}
};
template <class Option, whole_number... Numbers>
using option_of_whole = std::conditional_t<(Numbers.whole && ...), Option, option_of_fractions<Option>>;

/// What an option, or several, change of a layer.
template <class Option>
inline constexpr convolution_spec changed_by = with<Option>(convolution_spec{});
template <class Option>
inline constexpr bool sets_only_an_approximation = first_need<Option>().kind == need::nothing&& changed_by<Option> ==
                                                   convolution_spec{.approximated = changed_by<Option>.approximated};
}  // namespace detail

/// An option that sets nothing but an approximation.
template <class Option>
concept approximating_option = option_of<Option, convolution_spec> && detail::sets_only_an_approximation<Option>;

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
    cut& f = spec.approximated.along(A);
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

}  // namespace polyfold::layer_types

namespace polyfold {

/// Pixels from one window to the next: stride<2> in both directions, stride<2, 1> down and across.
template <layer_types::whole_number... Numbers>
inline constexpr layer_types::detail::option_of_whole<layer_types::stride_option<Numbers.value...>, Numbers...>
    stride{};
/// Zeros around the input: padding<1> on every side, padding<1, 2> above and below, left and right, padding<0, 1, 0, 1> at the
/// top, bottom, left and right.
template <layer_types::whole_number... Numbers>
inline constexpr layer_types::detail::option_of_whole<layer_types::padding_option<Numbers.value...>, Numbers...>
    padding{};
/// As many zeros as let the stride alone make the map smaller, the odd one below and to the right: TensorFlow's "same".
inline constexpr layer_types::same_padding_option same_padding{};
/// Pixels from one weight, or pixel of a maximum, to the next: dilation<2> in both directions, dilation<2, 1> down and across.
template <layer_types::whole_number... Numbers>
inline constexpr layer_types::detail::option_of_whole<layer_types::dilation_option<Numbers.value...>, Numbers...>
    dilation{};
/// Pooling: sizes are rounded up, so that windows may hang over the end of the map.
inline constexpr layer_types::ceil_mode_option ceil_mode{};
/// Averages divide by the pixels that a window has on the map: PyTorch's count_include_pad = False.
inline constexpr layer_types::exclude_padding_option exclude_padding{};
/// Filters and channels in N groups that do not see each other; as many as channels: depthwise.
template <layer_types::whole_number Number>
inline constexpr layer_types::detail::option_of_whole<layer_types::groups_option<Number.value>, Number> groups{};
inline constexpr layer_types::no_bias_option no_bias{};

/// Approximate along an axis: along<axis::output, segment<24>, linear>. Defaults: whole axis, order 0, polynomials.
template <axis A, auto... Settings>
inline constexpr layer_types::along_option<A, Settings...> along{};
/// Approximate the biases along the output axis: bias_along<segment<24>, linear>.
template <auto... Settings>
inline constexpr layer_types::bias_along_option<Settings...> bias_along{};
/// Arranged weights: a curve of 2^Bits levels in `Pieces` segments of `Order`, one for the layer.
template <int Pieces, function_order Order, int Bits>
inline constexpr layer_types::arranged_option<arrangement{true, Pieces, Order.value, Bits, false}> arranged{};
/// The same with a curve for each filter.
template <int Pieces, function_order Order, int Bits>
inline constexpr layer_types::arranged_option<arrangement{true, Pieces, Order.value, Bits, true}> arranged_per_filter{};

/// An approximation as an option, whatever made it: approximated<along<axis::kernel, linear>>.
template <approximation A>
inline constexpr layer_types::approximated_option<A> approximated{};

/// The layer as it is: no approximation.
inline constexpr layer_types::option_set<> exact{};
template <class... Options>
[[nodiscard]] constexpr layer_types::option_set<Options...> all_of(Options const&...) {
  return {};
}

}  // namespace polyfold
