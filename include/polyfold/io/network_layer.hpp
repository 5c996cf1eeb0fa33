// The layers of a network type as values: what files of weights are compared with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/core/type_list.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/io/weight_module.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/local_response_norm.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/padded_identity.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/layers/stored_part.hpp>
#include <polyfold/text.hpp>

namespace polyfold::detail {

/// A layer that stores numbers, as the matching sees it.
struct weight_slot {
  int layer = 0;
  std::string name;
  weight_module::kind is = weight_module::kind::weighted;
  std::size_t first_parameter = 0;
  std::vector<stored_part> parts{};  ///< in the order of its numbers
  int outputs = 0;                   ///< filters; channels of other layers
  // Of a layer with weights, what one filter covers.
  int channels = 1;
  int height = 1;
  int width = 1;
  bool bias = false;
  bool whole_input = false;  ///< every filter sees all of the input once: linear layers and convolutions are alike
  // Of a convolution.
  bool slides = false;
  bool strides_without_same = false;
  int groups = 1;

  [[nodiscard]] int inputs() const { return channels * height * width; }
  [[nodiscard]] std::string text() const { return "layer " + std::to_string(layer) + " " + name; }
};

/// All shapes that the weights or slopes of this slot may have in a file of this layout; the first is the usual one.
[[nodiscard]] inline std::vector<std::vector<std::int64_t>> weight_shapes(weight_slot const& s,
                                                                          io::weight_layout layout) {
  if (s.is == weight_module::kind::slopes) return {{s.outputs}, {1}};
  std::vector<std::int64_t> const inputs = layout.channels_last
                                               ? std::vector<std::int64_t>{s.height, s.width, s.channels}
                                               : std::vector<std::int64_t>{s.channels, s.height, s.width};
  auto const with_outputs = [&](std::vector<std::int64_t> shape) {
    shape.insert(layout.outputs_first ? shape.begin() : shape.end(), s.outputs);
    return shape;
  };
  std::vector<std::vector<std::int64_t>> shapes{with_outputs(inputs)};
  if (s.whole_input) shapes.push_back(with_outputs({s.inputs()}));
  if (!s.slides) std::swap(shapes.front(), shapes.back());
  // A depthwise kernel of Keras: H W C M, filter c * M + m.
  if (!layout.outputs_first && s.groups > 1 && s.channels == 1)
    shapes.push_back({s.height, s.width, s.groups, s.outputs / s.groups});
  // Layers over lines have no axis of rows.
  if (s.slides && s.height == 1)
    for (std::size_t i = shapes.size(); i-- > 0;)
      if (shapes[i].size() == 4) {
        std::vector<std::int64_t> line = shapes[i];
        line.erase(line.begin() + (layout.channels_last ? 0 : layout.outputs_first ? 2 : 1));
        shapes.push_back(std::move(line));
      }
  return shapes;
}

/// Any layer.
struct network_layer {
  int number = 0;
  std::string kind;            ///< its name; global_average_pool is an average_pool that covers its input
  std::string text;            ///< "layer 3 max_pool 2, stride 2"
  std::array<int, 2> reads{};  ///< values: 0 is the input, i + 1 what layer i computes; second -1: nothing
  shape input{};
  shape output{};
  std::optional<window> slid{};     ///< of a convolution or a pooling
  std::optional<window> counted{};  ///< of an average: with the padding that it divides by
  std::vector<float> numbers{};     ///< that the type of an activation, a norm or a padded_identity says
  std::optional<weight_slot> slot{};
};

/// Convolutions and poolings with a window of their own.
template <class L>
inline constexpr bool slides = requires {
  L::pooled;
};
template <weighted_layer L>
inline constexpr bool slides<L> = L::spec.slides;

template <class L, shape In>
[[nodiscard]] std::optional<weight_slot> slot_of(weight_slot s) {
  if (L::template parts<In>.empty()) return std::nullopt;
  s.parts.assign(L::template parts<In>.begin(), L::template parts<In>.end());
  s.is = weighted_layer<L> ? weight_module::kind::weighted : io::kind_with(s.parts.front().name);
  if constexpr (weighted_layer<L>) {
    constexpr layer_types::convolution_spec spec = L::spec;
    static_assert(spec.approximated == approximation{},
                  "polyfold: a file holds exact weights: load them into the network without approximations, then fit "
                  "that to this one");
    s.outputs = spec.filters;
    s.groups = spec.groups;
    s.channels = In.channels / spec.groups;
    s.bias = spec.bias;
    constexpr window w = L::sliding(In);
    s.slides = spec.slides;
    s.height = w.y.size;
    s.width = w.x.size;
    s.strides_without_same = (w.y.stride > 1 || w.x.stride > 1) && !spec.same;
    s.whole_input = w.covers(In) && s.groups == 1;
  } else {
    s.outputs = In.channels;
  }
  return s;
}

/// The numbers that the type of a layer without weights says.
template <class L, shape In>
[[nodiscard]] std::vector<float> numbers_of() {
  if constexpr (requires { L::function::parameter; })
    return {L::function::parameter};
  else if constexpr (requires { L::zeros_before; })
    return {float(L::filters), float(L::stride), float(L::before(In))};
  else if constexpr (requires { L::alpha; })
    return {float(L::size), float(L::offset), L::alpha};
  else
    return {};
}

template <class Network, int I, class L, int First, int Second>
[[nodiscard]] network_layer describe_layer(layer_types::node<L, First, Second>) {
  constexpr shape in = Network::template layer_input_shape<I>();
  text_stream text;
  text << "layer " << I << ' ' << L::name;
  write_parameters<L>(text);
  network_layer layer{
      .number = I, .kind = L::name, .text = text.str(), .reads = {First, Second}, .input = in, .output = L::output(in)};
  layer.numbers = numbers_of<L, in>();
  if constexpr (std::is_same_v<L, layer_types::global_average_pool_layer>) {
    layer.kind = "average_pool";
    layer.slid = layer.counted = L::sliding(in);
  } else if constexpr (slides<L>) {
    layer.slid = L::sliding(in);
    if constexpr (requires { L::counted(in); }) layer.counted = L::counted(in);
  }
  layer.slot = slot_of<L, in>({.layer = I, .name = L::name, .first_parameter = Network::first_parameter(I)});
  return layer;
}

/// The layers in the network's order.
template <class Network>
[[nodiscard]] std::vector<network_layer> layers_of() {
  std::vector<network_layer> layers;
  core::for_constexpr<Network::layers>([&]<int I>() {
    layers.push_back(describe_layer<Network, I>(polyfold::core::type_at<typename Network::graph_type::nodes, I>{}));
  });
  return layers;
}

}  // namespace polyfold::detail
