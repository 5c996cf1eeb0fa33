// VGG16 (Simonyan & Zisserman 2015, configuration D): thirteen 3 x 3 convolutions in five stages of 64, 128, 256, 512 and
// 512 filters, each stage followed by 2 x 2 max pooling, then dense layers.
//
//   imagenet_vgg16()   224 x 224 images, two dense layers of 4,096 with dropout: 138,357,544 parameters for 1,000 classes
//   cifar_vgg16()      32 x 32 images, batch norm after every convolution, one dense layer, which reads 512 numbers
// make_vgg16<form>(rule) takes a rule of approximations.
#pragma once

#include <utility>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/dropout.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/models/approximation_rule.hpp>

namespace polyfold {

struct vgg16_form {
  int classes = 1000;
  shape image{3, 224, 224};  ///< height and width of 32 or more
  int width = 64;            ///< filters of the first stage
  bool normalised = false;   ///< batch norm after every convolution
  int hidden = 4096;         ///< outputs of each of the two dense layers before the last; 0: there are none
};

[[nodiscard]] consteval vgg16_form imagenet_vgg16(int classes = 1000, shape image = {3, 224, 224}) {
  return {.classes = classes, .image = image};
}
[[nodiscard]] consteval vgg16_form cifar_vgg16(int classes = 10, int hidden = 0, shape image = {3, 32, 32}) {
  return {.classes = classes, .image = image, .normalised = true, .hidden = hidden};
}

namespace detail {

template <vgg16_form Form, class Rule>
struct vgg16_builder {
  static constexpr core::fixed_array<int, 5> convolutions{2, 2, 3, 3, 3};
  static constexpr int stages = 5;

  [[nodiscard]] static constexpr int width(int stage) { return Form.width << (stage < 4 ? stage - 1 : 3); }
  [[nodiscard]] static constexpr int channels(int stage, int block) {
    if (block > 0) return width(stage);
    return stage == 1 ? Form.image.channels : width(stage - 1);
  }
  [[nodiscard]] static constexpr int index(int stage, int block) {
    int n = block;
    for (int s = 1; s < stage; ++s) n += convolutions[s - 1];
    return n;
  }

  template <int Stage, int Block>
  static consteval auto convolution() {
    constexpr layer_place place{
        layer_kind::convolution, index(Stage, Block), Stage, Block, width(Stage), channels(Stage, Block), 3};
    constexpr auto conv = conv2d<place.filters, 3>(padding<1>, chosen_option<Rule, place>());
    if constexpr (Form.normalised)
      return conv | batch_norm | relu;
    else
      return conv | relu;
  }
  template <int Stage>
  static consteval auto stage() {
    return []<int... B>(std::integer_sequence<int, B...>) { return (convolution<Stage, B>() | ...) | max_pool<2>; }
    (std::make_integer_sequence<int, convolutions[Stage - 1]>{});
  }

  /// Dense layer number I.
  template <int I, int Outputs>
  static consteval auto dense_layer() {
    constexpr layer_place place{layer_kind::dense,
                                index(stages + 1, I),
                                stages + 1,
                                I,
                                Outputs,
                                I == 0 ? width(stages) : Form.hidden,
                                I == 0 ? Form.image.height / 32 : 1};
    return dense<Outputs>(chosen_option<Rule, place>());
  }
  static consteval auto classifier() {
    if constexpr (Form.hidden == 0)
      return dense_layer<0, Form.classes>();
    else
      return dense_layer<0, Form.hidden>() | relu | dropout<1, 2> | dense_layer<1, Form.hidden>() | relu |
             dropout<1, 2> | dense_layer<2, Form.classes>();
  }

  static consteval auto make() {
    check_length<Rule, index(stages + 1, Form.hidden == 0 ? 1 : 3)>();
    return input<Form.image.channels, Form.image.height, Form.image.width> | stage<1>() | stage<2>() | stage<3>() |
           stage<4>() | stage<5>() | classifier();
  }
};

}  // namespace detail

/// make_vgg16<cifar_vgg16(100)>(along<axis::kernel, linear>); see models/approximation_rule.hpp for rules.
template <vgg16_form Form, class Rule = layer_types::option_set<>>
[[nodiscard]] consteval auto make_vgg16(Rule const& = {}) {
  using checked [[maybe_unused]] = typename detail::fault_of_rule<Rule>::type::type;
  return detail::vgg16_builder<Form, Rule>::make();
}

/// With batch norm, for 32 x 32 images.
template <int Classes = 10, auto Rule = exact>
inline constexpr auto vgg16_cifar = make_vgg16<cifar_vgg16(Classes)>(Rule);
/// As published, for 224 x 224 images.
template <int Classes = 1000, auto Rule = exact>
inline constexpr auto vgg16 = make_vgg16<imagenet_vgg16(Classes)>(Rule);

}  // namespace polyfold
