// The one error that a wrong network gives.
//
// Every layer is asked what it needs, of the shape that reaches it and of its own options. The first that goes without
// stops the build with one sentence, and the compiler names the instantiation, which says where and what:
// wrong_layer<need::at_least, layer_index<7>, conv2d_layer<8, 5, 5>, given<16, 2, 2>, needs_at_least<1, 5, 5>>.
// What follows from a wrong network is compiled for a stand-in, so that nothing else is reported.
#pragma once

#include <type_traits>

#include <polyfold/core/shape.hpp>

namespace polyfold {

template <int Index>
struct layer_index {};
template <int Channels, int Height, int Width>
struct given {};
template <int Channels, int Height, int Width>
struct needs_at_least {};
template <int Channels, int Height, int Width>
struct needs_exactly {};
template <int Number>
struct needs_channels_divisible_by {};
template <int Number>
struct needs_channels_at_most {};
template <int Number>
struct has {};
template <int Number>
struct needs_number_at_least {};
template <int Number>
struct needs_number_at_most {};

/// What a layer can need; the sentences are those of `wrong_layer`.
enum class need {
  nothing,
  // of the shape that it reads
  at_least,
  exactly,
  divisible_channels,
  at_most_channels,
  same_as_other_branch,
  // of what stands in its place
  a_layer,
  input_in_front,
  option_in_call,
  // of its options
  no_options,
  options,
  known_options,
  each_option_once,
  stride_of_one_or_more,
  padding_of_zero_or_more,
  dilation_of_one_or_more,
  numbers_of_option,
  groups_of_one_or_more,
  settings_of_an_axis,
  // of its own numbers
  filters_and_kernel,
  outputs,
  groups_of_filters,
  padding_of_half_a_window,
  whole_numbers,
  share_of_inputs,
  bound_above_zero,
  leak_below_one,
  alpha_above_zero,
  odd_number_of_channels,
  offset_and_alpha,
  channels_and_stride,
  // of its approximation
  segment_within_axis,
  order_of_zero_or_more,
  order_below_32,
  order_below_segment,
  order_within_axis,
  order_within_kernel,
  flat_alone,
  arranged_alone,
  whole_kernel,
  biases_to_cut,
  levels_in_a_byte,
  equal_pieces,
  order_of_levels,
  short_quadratic_pieces,
};

/// A need and what it is measured by: a shape, or a number and its limit.
struct requirement {
  need kind = need::nothing;
  shape wanted{};
  int number = 0;
  int limit = 0;

  [[nodiscard]] constexpr bool met_by(shape in) const {
    switch (kind) {
      case need::nothing:
        return true;
      case need::at_least:
        return in.channels >= wanted.channels && in.height >= wanted.height && in.width >= wanted.width;
      case need::exactly:
      case need::same_as_other_branch:
        return in == wanted;
      case need::divisible_channels:
        return in.channels % wanted.channels == 0;
      case need::at_most_channels:
        return in.channels <= wanted.channels;
      default:
        return false;
    }
  }
};

/// A need of a number that goes without.
[[nodiscard]] constexpr requirement unmet(need kind, int number = 0, int limit = 0) {
  return {kind, {}, number, limit};
}

namespace detail {

/// What is wrong with a part of a layer, an option or a function, by itself.
template <class Part>
inline constexpr requirement need_of{};
template <class Part>
requires requires { Part::needs; }
inline constexpr requirement need_of<Part> = Part::needs;

/// True unless it is rule `Rule` that goes without; of the facts so that it is asked for each sentence anew.
template <auto Kind, auto Rule, class... Facts>
inline constexpr bool met = Kind != Rule;

/// Does not compile: the sentence for `Kind`. Who names its `type` is compiled nevertheless.
template <need Kind, class... Facts>
struct wrong_layer {
  using type = void;
  static_assert(met<Kind, need::at_least, Facts...> && met<Kind, need::exactly, Facts...> &&
                    met<Kind, need::divisible_channels, Facts...> && met<Kind, need::at_most_channels, Facts...>,
                "polyfold: a layer cannot read the shape that reaches it: wrong_layer<...> in this message says which "
                "layer (0 is the first after the input), what it gets and what it needs");
  static_assert(met<Kind, need::same_as_other_branch, Facts...>,
                "polyfold: the two branches of a residual block end in different shapes: wrong_layer<...> in this "
                "message has both");
  static_assert(met<Kind, need::a_layer, Facts...>,
                "polyfold: what stands between two | is no layer: not_a_layer<...> in this message says what it is");
  static_assert(met<Kind, need::input_in_front, Facts...>,
                "polyfold: a network has one input<C, H, W>, and it stands in front of all layers");
  static_assert(
      met<Kind, need::option_in_call, Facts...>,
      "polyfold: an option stands in the call of its layer, as in conv2d<6, 5>(padding<2>), and not behind a |");
  static_assert(met<Kind, need::no_options, Facts...>,
                "polyfold: this layer takes no options: it is written without a call, as in relu");
  static_assert(met<Kind, need::options, Facts...>,
                "polyfold: what stands in the call of a layer is no option: options are written like padding<2>, their "
                "numbers in angle brackets");
  static_assert(
      met<Kind, need::known_options, Facts...>,
      "polyfold: a layer does not take this option: stride, padding, same_padding and dilation are for conv2d and "
      "pooling (no dilation of averages), ceil_mode for pooling, exclude_padding for average_pool, groups for conv2d, "
      "approximations for conv2d and dense");
  static_assert(met<Kind, need::each_option_once, Facts...>,
                "polyfold: a layer is given the same option twice, or both padding and same_padding");
  static_assert(met<Kind, need::stride_of_one_or_more, Facts...>, "polyfold: a stride is at least 1");
  static_assert(met<Kind, need::padding_of_zero_or_more, Facts...>, "polyfold: padding cannot be negative");
  static_assert(met<Kind, need::dilation_of_one_or_more, Facts...>, "polyfold: a dilation is at least 1");
  static_assert(
      met<Kind, need::numbers_of_option, Facts...>,
      "polyfold: stride and dilation take one number or two, down and across; padding takes one, two, or four: "
      "top, bottom, left and right");
  static_assert(met<Kind, need::groups_of_one_or_more, Facts...>, "polyfold: a layer has at least one group");
  static_assert(met<Kind, need::settings_of_an_axis, Facts...>,
                "polyfold: along and bias_along take a segment<n>, an order<n> (or constant, linear, quadratic) and "
                "polynomial or cosine, each at most once");
  static_assert(met<Kind, need::filters_and_kernel, Facts...>,
                "polyfold: a convolution has at least one filter and a kernel of at least 1 x 1");
  static_assert(met<Kind, need::outputs, Facts...>, "polyfold: a dense layer has at least one output");
  static_assert(met<Kind, need::groups_of_filters, Facts...>,
                "polyfold: the filters of a convolution divide evenly into its groups");
  static_assert(met<Kind, need::padding_of_half_a_window, Facts...>,
                "polyfold: pooling has a window of at least 1 x 1 and pads by at most half of it on each side");
  static_assert(met<Kind, need::whole_numbers, Facts...>,
                "polyfold: the numbers of layers and options are ints, and a fraction is two of them: dropout<1, 4> "
                "zeroes a quarter, leaky_relu<1, 100> has a slope of 0.01");
  static_assert(met<Kind, need::share_of_inputs, Facts...>, "polyfold: dropout zeroes a share between 0 and 1");
  static_assert(met<Kind, need::bound_above_zero, Facts...>, "polyfold: the bound of bounded_relu is above 0");
  static_assert(met<Kind, need::leak_below_one, Facts...>, "polyfold: the leak of leaky_relu lies between 0 and 1");
  static_assert(met<Kind, need::alpha_above_zero, Facts...>, "polyfold: the alpha of elu is above 0");
  static_assert(met<Kind, need::odd_number_of_channels, Facts...>,
                "polyfold: local response norm looks at an odd number of channels");
  static_assert(met<Kind, need::offset_and_alpha, Facts...>,
                "polyfold: local response norm has an offset of at least 1 and an alpha that is not negative");
  static_assert(met<Kind, need::channels_and_stride, Facts...>,
                "polyfold: a shortcut has at least one channel and a stride of at least 1");
  static_assert(met<Kind, need::segment_within_axis, Facts...>,
                "polyfold: a segment cannot be longer than the axis that it cuts");
  static_assert(met<Kind, need::order_of_zero_or_more, Facts...>,
                "polyfold: the order of an approximation cannot be negative");
  static_assert(met<Kind, need::order_below_32, Facts...>,
                "polyfold: polynomials of order 32 and above lose their orthogonality to rounding: use cosines");
  static_assert(met<Kind, need::order_below_segment, Facts...>,
                "polyfold: a segment of L weights takes at most order L - 1: more coefficients than weights save "
                "nothing");
  static_assert(met<Kind, need::order_within_axis, Facts...>,
                "polyfold: an axis of N positions takes at most order N - 1: there its functions are as many as its "
                "positions, and a higher order adds none");
  static_assert(met<Kind, need::order_within_kernel, Facts...>,
                "polyfold: a kernel of r x s weights takes at most order r + s - 2: there its functions are as many as "
                "its weights, and a higher order adds none");
  static_assert(met<Kind, need::flat_alone, Facts...>,
                "polyfold: a flat approximation already covers the channel and kernel axes: use one or the other");
  static_assert(met<Kind, need::arranged_alone, Facts...>,
                "polyfold: arranged weights cannot be cut along an axis as well");
  static_assert(met<Kind, need::whole_kernel, Facts...>,
                "polyfold: the kernel axis is cut as a whole: give it an order and no segment");
  static_assert(met<Kind, need::biases_to_cut, Facts...>,
                "polyfold: there are no biases to cut in a layer without biases");
  static_assert(met<Kind, need::levels_in_a_byte, Facts...>, "polyfold: a level number takes 1 to 8 bits");
  static_assert(met<Kind, need::equal_pieces, Facts...>,
                "polyfold: the 2^bits levels of an arrangement cannot be cut into this many pieces of equal length");
  static_assert(met<Kind, need::order_of_levels, Facts...>,
                "polyfold: arranged weights take curves of order 0, 1 or 2");
  static_assert(met<Kind, need::short_quadratic_pieces, Facts...>,
                "polyfold: quadratic pieces of an arrangement have at most 64 levels each");
};

/// The sentence for requirement R of layer `Index`, which reads In, as a type that is named and not instantiated.
template <int Index, class Layer, shape In, requirement R>
consteval auto fault_of_layer() {
  using at = layer_index<Index>;
  using got = given<In.channels, In.height, In.width>;
  constexpr shape w = R.wanted;
  if constexpr (R.kind == need::at_least)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, needs_at_least<w.channels, w.height, w.width>>>{};
  else if constexpr (R.kind == need::exactly || R.kind == need::same_as_other_branch)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, needs_exactly<w.channels, w.height, w.width>>>{};
  else if constexpr (R.kind == need::divisible_channels)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, needs_channels_divisible_by<w.channels>>>{};
  else if constexpr (R.kind == need::at_most_channels)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, needs_channels_at_most<w.channels>>>{};
  else if constexpr (R.number > R.limit)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, has<R.number>, needs_number_at_most<R.limit>>>{};
  else if constexpr (R.number < R.limit)
    return std::type_identity<wrong_layer<R.kind, at, Layer, got, has<R.number>, needs_number_at_least<R.limit>>>{};
  else
    return std::type_identity<wrong_layer<R.kind, at, Layer, got>>{};
}

}  // namespace detail

}  // namespace polyfold
