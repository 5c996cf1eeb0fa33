// AlexNet (Krizhevsky, Sutskever & Hinton 2012): five convolutions, three of them followed by max pooling.
//
//   imagenet_alexnet()   227 x 227 images as published: 96, 256, 384, 384, 256 filters, the second, fourth and fifth
//                        convolution in two groups, local response norm after the first two, two dense layers of 4,096 with
//                        dropout: 60,965,224 parameters for 1,000 classes
//   cifar_alexnet()      the usual form for 32 x 32 images: 64, 192, 384, 256, 256 filters without groups, pooling of
//                        2 x 2, no local response norm, one dense layer: 2,472,266 parameters for 10 classes
// make_alexnet<form>(rule) takes a rule of approximations.
#pragma once

#include <array>

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/dropout.hpp>
#include <polyfold/layers/local_response_norm.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/models/approximation_rule.hpp>

namespace polyfold {

struct alexnet_form {
  int classes = 1000;
  shape image{3, 227, 227};
  std::array<int, 5> filters{96, 256, 384, 384, 256};
  bool original = true;  ///< groups, local response norm, overlapping pooling and no padding of the first convolution
  int hidden = 4096;     ///< outputs of each of the two dense layers before the last; 0: there are none
};

[[nodiscard]] consteval alexnet_form imagenet_alexnet(int classes = 1000, shape image = {3, 227, 227}) {
  return {.classes = classes, .image = image};
}
[[nodiscard]] consteval alexnet_form cifar_alexnet(int classes = 10, shape image = {3, 32, 32}) {
  return {.classes = classes, .image = image, .filters = {64, 192, 384, 256, 256}, .original = false, .hidden = 0};
}

namespace detail {

template <alexnet_form Form, class Rule>
struct alexnet_builder {
  static constexpr std::array<int, 5> kernels{11, 5, 3, 3, 3};
  static constexpr std::array<int, 5> stages{1, 2, 3, 3, 3};
  static constexpr std::array<int, 5> blocks{0, 0, 0, 1, 2};
  static constexpr int dense_stage = 4;
  /// The paper's two groups are its two GPUs; the first and the third convolution see all channels.
  static constexpr std::array<int, 5> divided{1, 2, 1, 2, 2};
  static constexpr int first_padding = Form.original ? 0 : 5;

  template <int I>
  static consteval auto convolution() {
    constexpr int channels = I == 0 ? Form.image.channels : Form.filters[std::size_t(I == 0 ? 0 : I - 1)];
    constexpr layer_place place{layer_kind::convolution, I,        stages[I], blocks[I],
                                Form.filters[I],         channels, kernels[I]};
    constexpr auto option = chosen_option<Rule, place>();
    if constexpr (I == 0)
      return conv2d<Form.filters[0], 11>(stride<4>, padding<first_padding>, option) | relu;
    else
      return conv2d<Form.filters[I], kernels[I]>(padding<kernels[I] / 2>, groups < Form.original ? divided[I] : 1 >,
                                                 option) |
             relu;
  }
  static consteval auto pool() {
    if constexpr (Form.original)
      return max_pool<3>(stride<2>);
    else
      return max_pool<2>;
  }
  /// The end of the first two stages.
  static consteval auto norm_and_pool() {
    if constexpr (Form.original)
      return local_response_norm<> | pool();
    else
      return pool();
  }
  static consteval auto convolutions() {
    return input<Form.image.channels, Form.image.height, Form.image.width> | convolution<0>() | norm_and_pool() |
           convolution<1>() | norm_and_pool() | convolution<2>() | convolution<3>() | convolution<4>() | pool();
  }

  /// Dense layer number I.
  template <int I, int Outputs>
  static consteval auto dense_layer() {
    constexpr shape map = layer_types::graph<decltype(convolutions())>::shapes.back();
    constexpr layer_place place{
        layer_kind::dense,      5 + I, dense_stage, I, Outputs, I == 0 ? map.channels : Form.hidden,
        I == 0 ? map.height : 1};
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
    check_length<Rule, Form.hidden == 0 ? 6 : 8>();
    return convolutions() | classifier();
  }
};

}  // namespace detail

/// make_alexnet<cifar_alexnet(100)>(along<axis::kernel, linear>); see models/approximation_rule.hpp for rules.
template <alexnet_form Form, class Rule = layer_types::option_set<>>
[[nodiscard]] consteval auto make_alexnet(Rule const& = {}) {
  using checked [[maybe_unused]] = typename detail::fault_of_rule<Rule>::type::type;
  return detail::alexnet_builder<Form, Rule>::make();
}

/// As published, for 227 x 227 images.
template <int Classes = 1000, auto Rule = exact>
inline constexpr auto alexnet = make_alexnet<imagenet_alexnet(Classes)>(Rule);
/// For 32 x 32 images.
template <int Classes = 10, auto Rule = exact>
inline constexpr auto alexnet_cifar = make_alexnet<cifar_alexnet(Classes)>(Rule);

}  // namespace polyfold
