// Which stored numbers of a layer share a scale (see core/quantisation.hpp).
//
// Coefficients lie as [output][channel][kernel plane] (or [flat], or [curve]); the degree of one along an axis follows from
// its place there. Axes with tables instead of running sums have orthonormal functions, all of one size: degree 0.
#pragma once

#include <type_traits>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/quantisation.hpp>
#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/prelu.hpp>
#include <polyfold/layers/scale_shift.hpp>

namespace polyfold {

namespace detail {

/// Degrees along one axis of the coefficients, which lies there as [...][segments * degrees][inner].
struct degree_axis {
  int inner = 1;
  int size = 1;
  int degrees = 1;

  [[nodiscard]] constexpr int degree_of(int i) const { return i / inner % size % degrees; }
};

template <class Basis>
[[nodiscard]] consteval degree_axis axis_with(int inner) {
  if constexpr (Basis::running_sums)
    return {inner, Basis::size, Basis::terms};
  else
    return {};
}

}  // namespace detail

/// Layers whose stored numbers take one byte each in a network in_bytes.
template <class L>
concept byte_layer = weighted_layer<L> || std::is_same_v<L, scale_shift_layer> || std::is_same_v<L, prelu_layer>;

/// The scale groups of layer L on inputs of shape In: how many, and which one stored number i has.
template <byte_layer L, shape In, scales_per Rule>
class scale_groups {
  using folded = typename L::template folded<In>;
  static constexpr convolution_spec spec = L::spec;
  static constexpr approximation A = spec.approximated;
  static constexpr int coefficients = folded::coefficients;

  /// Coefficients that belong to one filter, partial product or curve.
  static constexpr int per_filter = [] {
    if constexpr (A.arranged.used)
      return level_curve<A.arranged>::size;
    else
      return coefficients / (spec.groups * folded::partial_products);
  }();
  /// Those of them that belong to one channel: of a kernel plane, or the weights of a dense one.
  static constexpr int plane_size = [] {
    if constexpr (A.arranged.used || folded::cuts_flat)
      return 1;
    else
      return per_filter / (folded::channelled.channels / spec.groups);
  }();

  static constexpr detail::degree_axis output_axis = [] {
    if constexpr (A.output.used)
      return detail::axis_with<segmented_basis<spec.filters / spec.groups, A.output>>(per_filter);
    else
      return detail::degree_axis{};
  }();
  /// Channels, flat runs of weights, kernel rows or the curve of an arrangement: no two of them are cut at once.
  static constexpr detail::degree_axis input_axis = [] {
    if constexpr (A.arranged.used)
      return detail::axis_with<level_curve<A.arranged>>(1);
    else if constexpr (folded::cuts_flat)
      return detail::axis_with<typename folded::flat_step::basis>(1);
    else if constexpr (folded::cuts_rows)
      return detail::axis_with<typename folded::row_step::basis>(plane_size / folded::row_step::terms);
    else if constexpr (A.channel.used)
      return detail::axis_with<typename folded::channel_step::basis>(plane_size);
    else
      return detail::degree_axis{};
  }();
  /// Total degrees of a kernel plane's functions, from 0 up.
  static constexpr int plane_degrees = [] {
    if constexpr (folded::cuts_kernel) {
      using rows = typename folded::row_step::basis;
      if constexpr (rows::running_sums)
        return smaller(A.kernel.order + 1, rows::size + folded::column_step::basis::size - 1);
    }
    return 1;
  }();
  [[nodiscard]] static constexpr int plane_degree(int i) {
    if constexpr (plane_degrees > 1) {
      int place = i % plane_size;
      for (int row_degree = 0;; ++row_degree) {
        int const columns = smaller(folded::column_step::basis::size, A.kernel.order + 1 - row_degree);
        if (place < columns) return row_degree + place;
        place -= columns;
      }
    }
    return 0;
  }

  static constexpr int coefficient_groups = [] {
    switch (Rule) {
      case scales_per::degree:
        return output_axis.degrees * input_axis.degrees * plane_degrees;
      case scales_per::filter:
        return coefficients / per_filter;
      default:
        return 1;
    }
  }();

 public:
  static constexpr int count = coefficient_groups + (folded::bias_numbers > 0 ? 1 : 0);

  /// Group of stored number i of the layer.
  [[nodiscard]] static constexpr int of(int i) {
    if (i >= coefficients) return coefficient_groups;
    switch (Rule) {
      case scales_per::degree:
        return (output_axis.degree_of(i) * input_axis.degrees + input_axis.degree_of(i)) * plane_degrees +
               plane_degree(i);
      case scales_per::filter:
        return i / per_filter;
      default:
        return 0;
    }
  }
  /// Numbers from i up to this one have its scale.
  [[nodiscard]] static constexpr int next_scale(int i) {
    if (i >= coefficients) return coefficients + folded::bias_numbers;
    if (coefficient_groups == 1) return coefficients;
    return Rule == scales_per::filter ? (i / per_filter + 1) * per_filter : i + 1;
  }
};

template <shape In, scales_per Rule>
class scale_groups<scale_shift_layer, In, Rule> {
 public:
  static constexpr int count = 2;  // of the scales and of the shifts
  [[nodiscard]] static constexpr int of(int i) { return i / In.channels; }
  [[nodiscard]] static constexpr int next_scale(int i) { return (of(i) + 1) * In.channels; }
};

template <shape In, scales_per Rule>
class scale_groups<prelu_layer, In, Rule> {
 public:
  static constexpr int count = 1;
  [[nodiscard]] static constexpr int of(int) { return 0; }
  [[nodiscard]] static constexpr int next_scale(int) { return In.channels; }
};

}  // namespace polyfold
