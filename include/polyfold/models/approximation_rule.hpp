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
  static constexpr bool lists_approximations = (layer_types::approximating_option<Options> && ...);
  [[nodiscard]] constexpr approximation operator()(layer_place l) const requires lists_approximations {
    constexpr std::array<approximation, sizeof...(Options)> list{
        layer_types::detail::changed_by<Options>.approximated...};
    return l.index < layers ? list[std::size_t(l.index)] : approximation{};
  }
};
template <class... Options>
requires(sizeof...(Options) > 0) [[nodiscard]] constexpr per_layer_rule<Options...> per_layer(Options const&...) {
  return {};
}

namespace detail {

template <class Rule>
concept rule_without_state = std::is_empty_v<Rule> && std::is_default_constructible_v<Rule>;
template <class Said>
concept says_approximation = std::convertible_to<Said, approximation> &&
    (!layer_types::any_option<Said> || layer_types::approximating_option<Said>);
template <class Rule>
concept rule_of_places = requires(Rule rule, layer_place place) {
  { rule(place) } -> says_approximation;
};

template <class Rule>
inline constexpr bool lists_approximations = true;
template <class... Options>
inline constexpr bool lists_approximations<per_layer_rule<Options...>> =
    per_layer_rule<Options...>::lists_approximations;

template <class Rule>
concept approximation_rule = layer_types::approximating_option<Rule> ||
    (rule_without_state<Rule>&& rule_of_places<Rule>);

/// Does not compile: the sentence for what is given as a rule.
template <class Rule>
struct wrong_rule {
  using type = void;
  static_assert(lists_approximations<Rule>,
                "polyfold: per_layer lists approximations: exact, along<...>, arranged<...>, all_of(...); a stride, "
                "padding, groups or missing biases are no part of one");
  static_assert(
      !std::is_class_v<Rule> || rule_without_state<Rule>,
      "polyfold: a rule of approximations is a function object without state: a lambda that captures nothing");
  static_assert(!lists_approximations<Rule> || (std::is_class_v<Rule> && !rule_without_state<Rule>),
                "polyfold: a rule of approximations is an option that approximates, a per_layer(...), or a lambda that "
                "takes a layer_place and returns an approximation");
};
template <class Rule>
concept says_at_compile_time = layer_types::approximating_option<Rule> || requires {
  Rule::lists_approximations;
} || requires {
  typename std::bool_constant<(Rule{}(layer_place{}), true)>;
};
/// Likewise for a rule that is one, but not for the compiler.
template <class Rule>
struct wrong_rule_call {
  using type = void;
  static_assert(!std::is_class_v<Rule>,
                "polyfold: a rule of approximations is computed by the compiler, and this one cannot be");
};
/// The sentence for what is no rule; none for a rule.
template <class Rule>
struct fault_of_rule {
  using type = wrong_rule<Rule>;
};
template <approximation_rule Rule>
struct fault_of_rule<Rule> {
  using type = std::type_identity<void>;
};
template <approximation_rule Rule>
requires(!says_at_compile_time<Rule>) struct fault_of_rule<Rule> {
  using type = wrong_rule_call<Rule>;
};
/// Stops the build where a list names more layers than there are.
template <class Rule, int Layers>
consteval void check_length() {
  if constexpr (requires { Rule::layers; })
    static_assert(Rule::layers <= Layers,
                  "polyfold: per_layer lists more approximations than the model has layers with weights");
}

/// What `Rule` says of one layer, as an option of that layer; of what is no rule, nothing.
template <class Rule, layer_place Place>
[[nodiscard]] consteval auto chosen_option() {
  constexpr approximation chosen = [] {
    if constexpr (!approximation_rule<Rule> || !says_at_compile_time<Rule>)
      return approximation{};
    else if constexpr (layer_types::approximating_option<Rule>)
      return layer_types::detail::changed_by<Rule>.approximated;
    else
      return approximation(Rule{}(Place));
  }();
  if constexpr (chosen == approximation{})
    return exact;
  else
    return approximated<chosen>;
}

}  // namespace detail

}  // namespace polyfold
