// Which approximation each layer of a model gets, said in one place: a function of where the layer stands.
//
//   constexpr auto rule = [](layer_place l) -> approximation {
//     if (l.kind == layer_kind::dense || l.stage == 0) return exact;
//     if (l.filters >= 32) return all_of(along<axis::kernel, linear>, along<axis::output, segment<4>, linear>);
//     return along<axis::kernel, linear>;
//   };
//   network<make_resnet<cifar_resnet(20)>(rule)> net;
//
// Every make_... function of a model takes such a rule; an option alone (along<axis::kernel, linear>) is the rule that
// gives it to every layer, and per_layer(exact, along<axis::kernel, linear>, ...) lists the layers one by one.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <polyfold/layers/options.hpp>

namespace polyfold {

/// `shortcut`: the convolution of a residual block's second branch.
enum class layer_kind { convolution, shortcut, dense };

/// Where a layer with weights stands in a model, and how large it is.
struct layer_place {
  layer_kind kind = layer_kind::convolution;
  int index = 0;  ///< among the model's layers with weights, in the order of network::layer_at
  int stage = 0;  ///< counts where maps get smaller: from 1, 0 for a ResNet's first convolution; dense layers: the next
  int block = 0;  ///< of the stage, from 0: a residual block, or one convolution in models without
  int filters = 0;   ///< outputs of a dense layer
  int channels = 0;  ///< of the input, all groups together
  int kernel = 1;    ///< height and width of a convolution's kernel; of a dense layer's input
};

/// A rule as a list: one option for each layer with weights, in order; layers after the last stay exact.
template <class... Options>
struct per_layer_rule {
  static constexpr int layers = static_cast<int>(sizeof...(Options));
  [[nodiscard]] constexpr approximation operator()(layer_place l) const {
    constexpr std::array<approximation, sizeof...(Options)> list{approximation(Options{})...};
    return l.index < layers ? list[std::size_t(l.index)] : approximation{};
  }
};
template <class... Options>
requires(sizeof...(Options) > 0) [[nodiscard]] consteval per_layer_rule<Options...> per_layer(Options...) { return {}; }

namespace detail {

/// What `Rule` says of one layer, as an option of that layer.
template <class Rule, layer_place Place>
[[nodiscard]] consteval auto chosen_option() {
  static_assert(
      std::is_empty_v<Rule> && std::is_default_constructible_v<Rule>,
      "polyfold: a rule of approximations is a function object without state: a lambda that captures nothing");
  constexpr approximation chosen = [] {
    if constexpr (std::convertible_to<Rule, approximation>)
      return approximation(Rule{});
    else
      return approximation(Rule{}(Place));
  }();
  if constexpr (chosen == approximation{})
    return exact;
  else
    return approximated<chosen>;
}

/// Stops the build where a list names more layers than there are.
template <class Rule, int Layers>
consteval void check_rule() {
  if constexpr (requires { Rule::layers; })
    static_assert(Rule::layers <= Layers,
                  "polyfold: per_layer lists more approximations than the model has layers with weights");
}

}  // namespace detail

}  // namespace polyfold
