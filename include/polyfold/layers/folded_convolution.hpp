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

namespace polyfold::layer_types {

template <shape In, int Filters, window W, int Groups, bool Bias, approximation A>
struct folded_convolution {
  static constexpr fold::fold_plan plan{In, Filters, W, Groups, Bias, A};
  // Stored parameters: the coefficients, then the biases.
  static constexpr int coefficients = plan.coefficients();
  static constexpr int bias_parameters = plan.bias_parameters();

  /// The type of operation J.
  template <int J>
  static consteval auto operation_type() {
    constexpr fold::operation_form o = plan.operations[J];
    if constexpr (o.kind == fold::operation_kind::channel_moments)
      return std::type_identity<fold::channel_moments<o.in, o.groups, o.along>>{};
    else if constexpr (o.kind == fold::operation_kind::row_moments)
      return std::type_identity<fold::row_moments<o.in, o.under, o.along.order, o.along.basis>>{};
    else if constexpr (o.kind == fold::operation_kind::column_moments)
      return std::type_identity<fold::column_moments<o.in, o.under, o.along.order, o.along.basis>>{};
    else if constexpr (o.kind == fold::operation_kind::flat_moments)
      return std::type_identity<fold::flat_moments<o.in, o.under, o.groups, o.along>>{};
    else if constexpr (o.kind == fold::operation_kind::product)
      return std::type_identity<fold::product<o.in, o.outputs, o.under, o.groups, o.bias>>{};
    else if constexpr (o.kind == fold::operation_kind::arranged_product)
      return std::type_identity<fold::arranged_product<o.in, o.outputs, o.under, o.groups, o.arranged, o.bias>>{};
    else
      return std::type_identity<fold::expand<o.in, o.outputs, o.groups, o.along, o.bias>>{};
  }

  /// The list of steps.
  [[nodiscard]] static consteval auto steps() {
    return []<int... J>(std::integer_sequence<int, J...>) {
      return type_list<
          fold::step<typename decltype(operation_type<J>())::type, J == 0 ? fold::layer_input : J - 1>...>{};
    }
    (std::make_integer_sequence<int, plan.size>{});
  }

  /// Along the axis that the plan's operation of a kind cuts.
  template <fold::operation_kind Kind>
  using basis_of = typename decltype(operation_type<plan.place_of(Kind)>())::type::basis;

  /// Drawn so that the weights that the coefficients stand for have the variance 2 / fan-in (He et al. 2015).
  [[nodiscard]] static constexpr auto parts() {
    constexpr cost c = plan.dense_cost();
    constexpr float fan_in = float(c.weights) / float(Filters);
    constexpr stored_part weight{.name = "weight",
                                 .count = coefficients,
                                 .role = part_role::weight,
                                 .variance = 2.0f / fan_in * float(c.weights) / float(c.coefficients)};
    if constexpr (bias_parameters > 0)
      return std::array{weight, stored_part{.name = "bias", .count = bias_parameters}};
    else
      return std::array{weight};
  }
};

}  // namespace polyfold::layer_types
