// LeNet-5 (LeCun et al. 1998) on 28 x 28 images, in the form that is trained today: 6 filters of 5 x 5 with padding 2,
// 16 of 5 x 5, dense 120, 84, 10, max pooling. 61,706 parameters, 416,520 multiplications.
#pragma once

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/models/approximation_rule.hpp>

namespace polyfold {

struct lenet5_form {
  int classes = 10;
  shape image{1, 28, 28};
};

namespace detail {

template <lenet5_form Form, class Activation, class Rule>
struct lenet5_builder {
  static constexpr Activation activation{};

  static consteval auto convolutions() {
    constexpr layer_place first{layer_kind::convolution, 0, 1, 0, 6, Form.image.channels, 5};
    constexpr layer_place second{layer_kind::convolution, 1, 2, 0, 16, 6, 5};
    return input<Form.image.channels, Form.image.height, Form.image.width> |
           conv2d<6, 5>(padding<2>, chosen_option<Rule, first>()) | activation | max_pool<2> |
           conv2d<16, 5>(chosen_option<Rule, second>()) | activation | max_pool<2>;
  }
  static consteval auto make() {
    check_length<Rule, 5>();
    constexpr int kernel = layer_types::graph<decltype(convolutions())>::shapes.back().height;
    constexpr layer_place third{layer_kind::dense, 2, 3, 0, 120, 16, kernel};
    constexpr layer_place fourth{layer_kind::dense, 3, 3, 1, 84, 120, 1};
    constexpr layer_place last{layer_kind::dense, 4, 3, 2, Form.classes, 84, 1};
    return convolutions() | dense<120>(chosen_option<Rule, third>()) | activation |
           dense<84>(chosen_option<Rule, fourth>()) | activation | dense<Form.classes>(chosen_option<Rule, last>());
  }
};

}  // namespace detail

/// make_lenet5<lenet5_form{.classes = 26}>(relu, per_layer(exact, along<axis::kernel, linear>)); see
/// models/approximation_rule.hpp for rules.
template <lenet5_form Form = lenet5_form{}, class Activation, class Rule = layer_types::option_set<>>
[[nodiscard]] consteval auto make_lenet5(Activation const&, Rule const& = {}) {
  using checked [[maybe_unused]] = typename detail::fault_of_rule<Rule>::type::type;
  return detail::lenet5_builder<Form, Activation, Rule>::make();
}

inline constexpr auto lenet5 = make_lenet5(relu);
inline constexpr auto lenet5_tanh = make_lenet5(tanh_activation);

/// One linear segment per kernel row in the convolutions, linear segments of a filter's weights in the dense layers.
inline constexpr auto lenet5_paper =
    make_lenet5(relu, per_layer(along<axis::flat, segment<5>, linear>, along<axis::flat, segment<5>, linear>,
                                along<axis::flat, segment<25>, linear>, along<axis::flat, segment<24>, linear>,
                                along<axis::flat, segment<21>, linear>));

/// 1,014 stored parameters, biases included.
inline constexpr auto lenet5_small = make_lenet5(
    relu,
    per_layer(along<axis::kernel, quadratic>, along<axis::kernel, linear>,
              all_of(along<axis::kernel, linear>, along<axis::output, order<9>>, bias_along<segment<24>, linear>),
              all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<21>, linear>),
              along<axis::channel, order<7>>));

/// Every layer's weights on a curve of five linear pieces: 50 coefficients, and an index of 5 bits for every weight.
inline constexpr auto lenet5_arranged = make_lenet5(relu, arranged<5, linear, 5>);

}  // namespace polyfold
