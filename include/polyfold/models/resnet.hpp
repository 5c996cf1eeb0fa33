// Residual networks (He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition") of blocks of two 3 x 3
// convolutions, each with batch norm:
//
//   cifar_resnet(20), (32), (44), (56)   their section 4.2: 16 filters of 3 x 3, then three stages of n blocks with 16,
//                                        32 and 64 filters, depth 6 n + 2; for 32 x 32 images
//   imagenet_resnet18()                  their table 1: 64 filters of 7 x 7, stride 2, max pooling, four stages of two
//                                        blocks with 64 to 512 filters; for images of 64 x 64 and more
// Both end in global average pooling and a dense layer. make_resnet<form>(rule) takes a rule of approximations.
#pragma once

#include <array>
#include <utility>

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>
#include <polyfold/layers/padded_identity.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/models/approximation_rule.hpp>

namespace polyfold {

/// How a residual block whose output has another shape than its input passes the input on: zeros in the new channels
/// (He et al.'s option A), or a 1 x 1 convolution and batch norm (option B).
enum class shortcut { padding, convolution };

/// The convolution before the first stage: 3 x 3, or 7 x 7 with stride 2 and max pooling of 3 x 3 with stride 2.
enum class resnet_stem { small_images, large_images };

struct resnet_form {
  int classes = 10;
  shape image{3, 32, 32};
  int width = 16;                         ///< filters of the first stage; every next one has twice as many
  std::array<int, 4> blocks{3, 3, 3, 0};  ///< of each stage
  shortcut shortcuts = shortcut::padding;
  resnet_stem stem = resnet_stem::small_images;

  [[nodiscard]] constexpr int stages() const {
    int n = 0;
    while (n < 4 && blocks[std::size_t(n)] > 0) ++n;
    return n;
  }
};

/// The form for small images of a depth of 6 n + 2.
[[nodiscard]] consteval resnet_form cifar_resnet(int depth, int classes = 10, shortcut s = shortcut::padding) {
  int const n = (depth - 2) / 6;
  // An impossible depth has no blocks, which make_resnet rejects.
  return {
      .classes = classes, .blocks = depth == 6 * n + 2 ? std::array{n, n, n, 0} : std::array<int, 4>{}, .shortcuts = s};
}
/// ResNet-18; He et al. use 1 x 1 convolutions as shortcuts here.
[[nodiscard]] consteval resnet_form imagenet_resnet18(int classes = 1000, shape image = {3, 224, 224},
                                                      resnet_stem stem = resnet_stem::large_images) {
  return {.classes = classes,
          .image = image,
          .width = 64,
          .blocks = {2, 2, 2, 2},
          .shortcuts = shortcut::convolution,
          .stem = stem};
}

namespace detail {

template <resnet_form Form, class Rule>
struct resnet_builder {
  static constexpr int stages = Form.stages();

  /// Filters of stage S; of the first convolution for S = 0.
  [[nodiscard]] static constexpr int width(int stage) { return Form.width << (stage > 1 ? stage - 1 : 0); }
  [[nodiscard]] static constexpr int stride_of(int stage, int block) { return stage > 1 && block == 0 ? 2 : 1; }
  [[nodiscard]] static constexpr int channels(int stage, int block) { return width(block == 0 ? stage - 1 : stage); }
  [[nodiscard]] static constexpr bool projects(int stage, int block) {
    return Form.shortcuts == shortcut::convolution && changes(stage, block);
  }
  /// Whether the block's output has another shape than its input.
  [[nodiscard]] static constexpr bool changes(int stage, int block) { return stride_of(stage, block) != 1; }
  /// Number of the first layer with weights in a block.
  [[nodiscard]] static constexpr int first_index(int stage, int block) {
    int n = 1;
    for (int s = 1; s <= stage; ++s)
      for (int b = 0; b < (s < stage ? Form.blocks[std::size_t(s) - 1] : block); ++b) n += 2 + projects(s, b);
    return n;
  }

  template <layer_place Place, class... Options>
  static consteval auto convolution(Options... options) {
    return conv2d<Place.filters, Place.kernel>(padding<Place.kernel / 2>, no_bias, options...,
                                               chosen_option<Rule, Place>()) |
           batch_norm;
  }

  template <int Stage, int Block>
  static consteval auto block() {
    constexpr int index = first_index(Stage, Block);
    constexpr int in = channels(Stage, Block);
    constexpr int out = width(Stage);
    constexpr int step = stride_of(Stage, Block);
    constexpr layer_place first{layer_kind::convolution, index, Stage, Block, out, in, 3};
    constexpr layer_place second{layer_kind::convolution, index + 1, Stage, Block, out, out, 3};
    constexpr auto body = convolution<first>(stride<step>) | relu | convolution<second>();
    if constexpr (projects(Stage, Block)) {
      constexpr layer_place place{layer_kind::shortcut, index + 2, Stage, Block, out, in, 1};
      return residual(body, convolution<place>(stride<step>)) | relu;
    } else if constexpr (changes(Stage, Block)) {
      return residual(body, padded_identity<out, step>) | relu;
    } else {
      return residual(body) | relu;
    }
  }
  template <int Stage>
  static consteval auto stage() {
    return []<int... B>(std::integer_sequence<int, B...>) { return (block<Stage, B>() | ...); }
    (std::make_integer_sequence<int, Form.blocks[Stage - 1]>{});
  }

  static consteval auto stem() {
    if constexpr (Form.stem == resnet_stem::small_images)
      return convolution<layer_place{layer_kind::convolution, 0, 0, 0, Form.width, Form.image.channels, 3}>() | relu;
    else
      return convolution<layer_place{layer_kind::convolution, 0, 0, 0, Form.width, Form.image.channels, 7}>(stride<2>) |
             relu | max_pool<3>(stride<2>, padding<1>);
  }

  static consteval auto make() {
    constexpr int index = first_index(stages + 1, 0);
    check_length<Rule, index + 1>();
    constexpr layer_place last{layer_kind::dense, index, stages + 1, 0, Form.classes, width(stages), 1};
    auto const body = []<int... S>(std::integer_sequence<int, S...>) { return (stage<S + 1>() | ...); }
    (std::make_integer_sequence<int, stages>{});
    return input<Form.image.channels, Form.image.height, Form.image.width> | stem() | body | global_average_pool |
           dense<Form.classes>(chosen_option<Rule, last>());
  }
};

/// Does not compile: the sentence for a form without blocks.
template <resnet_form Form>
struct wrong_resnet {
  using type = void;
  static_assert(Form.stages() > 0, "polyfold: a ResNet has a stage of blocks; for small images its depth is 6 n + 2");
};

}  // namespace detail

/// make_resnet<cifar_resnet(32, 100)>(along<axis::kernel, linear>); see models/approximation_rule.hpp for rules.
template <resnet_form Form, class Rule = layer_types::option_set<>>
[[nodiscard]] consteval auto make_resnet(Rule const& = {}) {
  using checked [[maybe_unused]] = typename detail::fault_of_rule<Rule>::type::type;
  if constexpr (Form.stages() > 0) {
    return detail::resnet_builder<Form, Rule>::make();
  } else {
    using stopped [[maybe_unused]] = typename detail::wrong_resnet<Form>::type;
    return input<Form.image.channels, Form.image.height, Form.image.width> | relu;
  }
}

template <int Classes = 10, auto Rule = exact>
inline constexpr auto resnet20 = make_resnet<cifar_resnet(20, Classes)>(Rule);
template <int Classes = 10, auto Rule = exact>
inline constexpr auto resnet32 = make_resnet<cifar_resnet(32, Classes)>(Rule);
template <int Classes = 10, auto Rule = exact>
inline constexpr auto resnet44 = make_resnet<cifar_resnet(44, Classes)>(Rule);
template <int Classes = 10, auto Rule = exact>
inline constexpr auto resnet56 = make_resnet<cifar_resnet(56, Classes)>(Rule);
/// For 64 x 64 images of Tiny ImageNet's 200 classes.
template <int Classes = 200, auto Rule = exact>
inline constexpr auto resnet18 = make_resnet<imagenet_resnet18(Classes, {3, 64, 64})>(Rule);

}  // namespace polyfold
