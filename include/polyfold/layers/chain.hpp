// Left-to-right composition: input<1, 28, 28> | conv2d<6, 5> | relu | max_pool<2> | dense<10>.
//
// `|` makes one flat pack of layers. Residual blocks hold chains of their own until `flatten` lays everything out as a
// list of nodes: a layer and the values that it reads.
#pragma once

#include <type_traits>
#include <utility>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/residual.hpp>

namespace polyfold {

/// Layers in order, not yet joined to an input.
template <class... Layers>
struct chain {};

/// A network's description: the shape of its input and its layers.
template <shape Input, class... Layers>
struct pipeline {
  static constexpr shape input = Input;
};

/// Where a network begins: images of C x H x W.
template <int Channels, int Height, int Width>
inline constexpr pipeline<shape{Channels, Height, Width}> input{};

namespace detail {

/// What stands in a layer's place and is none. It is passed on like a layer, so that the network can say where it stands.
template <class Given>
struct not_a_layer : layer {
  [[nodiscard]] static constexpr requirement needs(shape) {
    return unmet(layer_types::any_option<Given> ? need::option_in_call : need::a_layer);
  }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
};
template <shape In, class... L>
struct not_a_layer<pipeline<In, L...>> : layer {
  [[nodiscard]] static constexpr requirement needs(shape) { return unmet(need::input_in_front); }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
};

template <class Given>
using as_layer = std::conditional_t<any_layer<Given>, Given, not_a_layer<Given>>;

template <class Given>
inline constexpr bool is_pipeline = false;
template <shape In, class... L>
inline constexpr bool is_pipeline<pipeline<In, L...>> = true;

template <class Given>
inline constexpr bool is_chain = false;
template <class... L>
inline constexpr bool is_chain<chain<L...>> = true;

/// What is no part of a description.
template <class Given>
concept foreign = !any_layer<Given> && !is_chain<Given> && !is_pipeline<Given>;

}  // namespace detail

// Operands are taken by reference: one that is no constant, or whose type the compiler has refused, is never read. What
// joins layers is constexpr and not consteval: clang 14 crashes where a lambda stands in two such calls, one inside the other.
template <any_layer A, class B>
constexpr chain<A, detail::as_layer<B>> operator|(A const&, B const&) {
  return {};
}
template <detail::foreign A, any_layer B>
constexpr chain<detail::not_a_layer<A>, B> operator|(A const&, B const&) {
  return {};
}
template <detail::foreign A, shape In, class... B>
constexpr chain<detail::not_a_layer<A>, detail::not_a_layer<pipeline<In, B...>>> operator|(A const&,
                                                                                           pipeline<In, B...> const&) {
  return {};
}
template <class... A, class B>
constexpr chain<A..., detail::as_layer<B>> operator|(chain<A...> const&, B const&) {
  return {};
}
template <class A, class... B>
constexpr chain<detail::as_layer<A>, B...> operator|(A const&, chain<B...> const&) {
  return {};
}
template <class... A, class... B>
constexpr chain<A..., B...> operator|(chain<A...> const&, chain<B...> const&) {
  return {};
}
template <shape In, class... A, class B>
constexpr pipeline<In, A..., detail::as_layer<B>> operator|(pipeline<In, A...> const&, B const&) {
  return {};
}
template <shape In, class... A, class... B>
constexpr pipeline<In, A..., B...> operator|(pipeline<In, A...> const&, chain<B...> const&) {
  return {};
}

namespace detail {
template <class L>
constexpr chain<as_layer<L>> as_chain(L const&) {
  return {};
}
template <class... L>
constexpr chain<L...> as_chain(chain<L...> const&) {
  return {};
}
}  // namespace detail

/// body(x) + x
template <class Body>
constexpr auto residual(Body const& body) {
  return layer_types::residual_block<decltype(detail::as_chain(body)), chain<>>{};
}
/// body(x) + shortcut(x)
template <class Body, class Shortcut>
constexpr auto residual(Body const& body, Shortcut const& shortcut) {
  return layer_types::residual_block<decltype(detail::as_chain(body)), decltype(detail::as_chain(shortcut))>{};
}

}  // namespace polyfold

namespace polyfold::layer_types {

/// A layer and the values that it reads: 0 is the network's input, i + 1 what node i computes, -1 nothing.
template <class Layer, int First, int Second = -1>
struct node {
  using layer = Layer;
};

}  // namespace polyfold::layer_types

namespace polyfold {

namespace detail {

/// Nodes laid out so far, the value that the next layer reads and the number that the next value gets.
template <int Value, int Next, class... Nodes>
struct layout {
  using nodes = type_list<Nodes...>;

  template <any_layer L>
  consteval layout<Next, Next + 1, Nodes..., layer_types::node<L, Value>> operator>>(L) const {
    return {};
  }
  template <class... Body, class... Shortcut>
  consteval auto operator>>(layer_types::residual_block<chain<Body...>, chain<Shortcut...>>) const {
    using after_body = decltype((layout{} >> ... >> Body{}));
    return after_body::template join<Value>(chain<Shortcut...>{});
  }
  /// Lays a shortcut out from value `From` and adds it to the branch that ends here.
  template <int From, class... Shortcut>
  static consteval auto join(chain<Shortcut...>) {
    return (layout<From, Next, Nodes...>{} >> ... >> Shortcut{}).template add<Value>();
  }
  template <int Body>
  consteval layout<Next, Next + 1, Nodes..., layer_types::node<layer_types::add_layer, Body, Value>> add() const {
    return {};
  }
};

/// What a node needs: its layer's word, or for an addition that both branches have the shape of the first.
template <class L, int Second>
[[nodiscard]] constexpr requirement needs_of(shape first) {
  if constexpr (Second >= 0)
    return {need::same_as_other_branch, first};
  else
    return L::needs(first);
}

}  // namespace detail

namespace detail {

/// Does not compile: the sentence for a description that no network can be made of, whatever its layers need.
template <class Description>
struct wrong_description {
  using type = void;
  static_assert(is_pipeline<Description>,
                "polyfold: a network is made of input<C, H, W> | layer | layer ...: wrong_description<...> in this "
                "message says what it is given instead");
};
template <shape Input, class... Layers>
struct wrong_description<pipeline<Input, Layers...>> {
  using type = void;
  static_assert(sizeof...(Layers) > 0, "polyfold: a network has at least one layer");
  static_assert(sizeof...(Layers) == 0, "polyfold: the input of a network has at least one channel, row and column");
};

}  // namespace detail

}  // namespace polyfold

namespace polyfold::layer_types {

/// The nodes of a description, with every joint checked. Where `right` is false, `fault()` names the type that says why.
template <class Description>
struct graph {
  static constexpr shape input{1, 1, 1};
  static constexpr bool right = false;
  static consteval auto fault() { return std::type_identity<polyfold::detail::wrong_description<Description>>{}; }
};
template <shape Input, class... Layers>
struct graph<pipeline<Input, Layers...>> {
  using nodes = typename decltype((polyfold::detail::layout<0, 1>{} >> ... >> Layers{}))::nodes;
  static constexpr int size = nodes::size;
  static constexpr shape input = Input;

  /// Shape of every value: the input, then what each node computes.
  static constexpr auto shapes = []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
    core::fixed_array<shape, size + 1> all{Input};
    int i = 0;
    ((all[i + 1] = L::output(all[First]), ++i), ...);
    return all;
  }(nodes{});

  /// The first node that goes without something it needs; `size` if there is none.
  static constexpr int wrong_node = []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
    int i = 0;
    bool wrong = false;
    ((wrong =
          wrong || !polyfold::detail::needs_of<L, Second>(shapes[First]).met_by(shapes[Second < 0 ? First : Second]),
      i += !wrong),
     ...);
    return i;
  }(nodes{});

  static constexpr bool right =
      size > 0 && wrong_node == size&& Input.channels > 0 && Input.height > 0 && Input.width > 0;
  static consteval auto fault() {
    if constexpr (wrong_node < size && Input.channels > 0 && Input.height > 0 && Input.width > 0)
      return fault_of(core::type_at<nodes, wrong_node>{});
    else
      return std::type_identity<polyfold::detail::wrong_description<pipeline<Input, Layers...>>>{};
  }

  template <int I>
  using layer_at = typename core::type_at<nodes, I>::layer;

  /// The stages of the program (see fold/program.hpp).
  static consteval auto stages() {
    return []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
      return type_list<fold::stage<typename L::template operations<shapes[First]>, First, Second>...>{};
    }(nodes{});
  }

 private:
  template <class L, int First, int Second>
  static consteval auto fault_of(node<L, First, Second>) {
    return polyfold::detail::fault_of_layer<wrong_node, L, shapes[Second < 0 ? First : Second],
                                            polyfold::detail::needs_of<L, Second>(shapes[First])>();
  }
};

}  // namespace polyfold::layer_types
