// ResNet-8, the image classifier of MLPerf Tiny (Banbury et al. 2021, "MLPerf Tiny Benchmark"), for 32 x 32 images:
//
//   conv 16 | three stages of one block with 16, 32, 64 filters | average of the 8 x 8 map | dense
// Convolutions are 3 x 3 with biases and batch norm, padded as TensorFlow's "same"; the second and third stage begin with
// stride 2, beside a shortcut of a 1 x 1 convolution without batch norm.
#pragma once

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/models/approximation_rule.hpp>

namespace polyfold {

namespace detail {

template <int Classes, class Rule>
struct resnet8_builder {
  template <layer_place Place, class... Options>
  static consteval auto convolution(Options... options) {
    return conv2d<Place.filters, Place.kernel>(same_padding, options..., chosen_option<Rule, Place>());
  }

  /// A stage whose first layer with weights has the number `Index`.
  template <int Stage, int Index>
  static consteval auto stage() {
    constexpr int filters = 8 << Stage;
    constexpr int channels = Stage == 1 ? filters : filters / 2;
    constexpr layer_place first{layer_kind::convolution, Index, Stage, 0, filters, channels, 3};
    constexpr layer_place second{layer_kind::convolution, Index + 1, Stage, 0, filters, filters, 3};
    constexpr layer_place across{layer_kind::shortcut, Index + 2, Stage, 0, filters, channels, 1};
    constexpr auto step = stride < Stage == 1 ? 1 : 2 > ;
    constexpr auto body = convolution<first>(step) | batch_norm | relu | convolution<second>() | batch_norm;
    if constexpr (Stage == 1)
      return residual(body) | relu;
    else
      return residual(body, convolution<across>(step)) | relu;
  }

  static consteval auto make() {
    check_length<Rule, 10>();
    return input<3, 32, 32> | convolution<layer_place{layer_kind::convolution, 0, 0, 0, 16, 3, 3}>() | batch_norm |
           relu | stage<1, 1>() | stage<2, 3>() | stage<3, 6>() | global_average_pool |
           dense<Classes>(chosen_option<Rule, layer_place{layer_kind::dense, 9, 4, 0, Classes, 64, 1}>());
  }
};

}  // namespace detail

/// make_resnet8(along<axis::kernel, linear>); see models/approximation_rule.hpp for rules.
template <int Classes = 10, class Rule = layer_types::option_set<>>
[[nodiscard]] consteval auto make_resnet8(Rule const& = {}) {
  using checked [[maybe_unused]] = typename detail::fault_of_rule<Rule>::type::type;
  return detail::resnet8_builder<Classes, Rule>::make();
}

template <int Classes = 10, auto Rule = exact>
inline constexpr auto resnet8 = make_resnet8<Classes>(Rule);

}  // namespace polyfold
