// A convolution under an approximation: the types of the operations that its plan lists (fold/fold_plan.hpp).
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <polyfold/fold/arranged_product.hpp>
#include <polyfold/fold/expand.hpp>
#include <polyfold/fold/fold_plan.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/fold/product.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/stored_part.hpp>

namespace polyfold {

template <shape In, int Filters, window W, int Groups, bool Bias, approximation A>
struct folded_convolution {
  static constexpr fold_plan plan{In, Filters, W, Groups, Bias, A};
  // Stored numbers: the coefficients, then the biases.
  static constexpr int coefficients = plan.coefficients();
  static constexpr int bias_numbers = plan.bias_numbers();

  /// The type of operation J.
  template <int J>
  static consteval auto operation_type() {
    constexpr operation_form o = plan.operations[J];
    if constexpr (o.kind == operation_kind::channel_moments)
      return std::type_identity<channel_moments<o.in, o.groups, o.cut>>{};
    else if constexpr (o.kind == operation_kind::row_moments)
      return std::type_identity<row_moments<o.in, o.under, o.cut.order, o.cut.basis>>{};
    else if constexpr (o.kind == operation_kind::column_moments)
      return std::type_identity<column_moments<o.in, o.under, o.cut.order, o.cut.basis>>{};
    else if constexpr (o.kind == operation_kind::flat_moments)
      return std::type_identity<flat_moments<o.in, o.under, o.groups, o.cut>>{};
    else if constexpr (o.kind == operation_kind::product)
      return std::type_identity<product<o.in, o.outputs, o.under, o.groups, o.bias>>{};
    else if constexpr (o.kind == operation_kind::arranged_product)
      return std::type_identity<arranged_product<o.in, o.outputs, o.under, o.groups, o.arranged, o.bias>>{};
    else
      return std::type_identity<expand<o.in, o.outputs, o.groups, o.cut, o.bias>>{};
  }

  /// The list of steps.
  [[nodiscard]] static consteval auto steps() {
    return []<int... J>(std::integer_sequence<int, J...>) {
      return type_list<step<typename decltype(operation_type<J>())::type, J == 0 ? layer_input : J - 1>...>{};
    }
    (std::make_integer_sequence<int, plan.size>{});
  }

  /// Along the axis that the plan's operation of a kind cuts.
  template <operation_kind Kind>
  using basis_of = typename decltype(operation_type<plan.place_of(Kind)>())::type::basis;

  /// Drawn so that the weights that the coefficients stand for have the variance 2 / fan-in (He et al. 2015).
  [[nodiscard]] static constexpr auto parts() {
    constexpr cost c = plan.dense_cost();
    constexpr float fan_in = float(c.weights) / float(Filters);
    constexpr stored_part weight{.name = "weight",
                                 .count = coefficients,
                                 .role = part_role::weight,
                                 .variance = 2.0f / fan_in * float(c.weights) / float(c.coefficients)};
    if constexpr (bias_numbers > 0)
      return std::array{weight, stored_part{.name = "bias", .count = bias_numbers}};
    else
      return std::array{weight};
  }
};

}  // namespace polyfold
