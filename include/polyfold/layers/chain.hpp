// Left-to-right composition: input<1, 28, 28> | conv2d<6, 5> | relu | max_pool<2> | dense<10>.
//
// `|` makes one flat pack of layers. Residual blocks hold chains of their own until `flatten` lays everything out as a
// list of nodes: a layer and the values that it reads.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <polyfold/layers/layer.hpp>
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

template <any_layer A, any_layer B>
consteval chain<A, B> operator|(A, B) {
  return {};
}
template <class... A, any_layer B>
consteval chain<A..., B> operator|(chain<A...>, B) {
  return {};
}
template <any_layer A, class... B>
consteval chain<A, B...> operator|(A, chain<B...>) {
  return {};
}
template <class... A, class... B>
consteval chain<A..., B...> operator|(chain<A...>, chain<B...>) {
  return {};
}
template <shape In, class... A, any_layer B>
consteval pipeline<In, A..., B> operator|(pipeline<In, A...>, B) {
  return {};
}
template <shape In, class... A, class... B>
consteval pipeline<In, A..., B...> operator|(pipeline<In, A...>, chain<B...>) {
  return {};
}

namespace detail {
template <any_layer L>
consteval chain<L> as_chain(L) {
  return {};
}
template <class... L>
consteval chain<L...> as_chain(chain<L...> c) {
  return c;
}
}  // namespace detail

/// body(x) + x
template <class Body>
consteval auto residual(Body body) {
  return residual_block<decltype(detail::as_chain(body)), chain<>>{};
}
/// body(x) + shortcut(x)
template <class Body, class Shortcut>
consteval auto residual(Body body, Shortcut shortcut) {
  return residual_block<decltype(detail::as_chain(body)), decltype(detail::as_chain(shortcut))>{};
}

/// A layer and the values that it reads: 0 is the network's input, i + 1 what node i computes, -1 nothing.
template <class Layer, int First, int Second = -1>
struct node {
  using layer = Layer;
};

namespace detail {

/// Nodes laid out so far, the value that the next layer reads and the number that the next value gets.
template <int Value, int Next, class... Nodes>
struct layout {
  using nodes = type_list<Nodes...>;

  template <any_layer L>
  consteval layout<Next, Next + 1, Nodes..., node<L, Value>> operator>>(L) const {
    return {};
  }
  template <class... Body, class... Shortcut>
  consteval auto operator>>(residual_block<chain<Body...>, chain<Shortcut...>>) const {
    using after_body = decltype((layout{} >> ... >> Body{}));
    return after_body::template join<Value>(chain<Shortcut...>{});
  }
  /// Lays a shortcut out from value `From` and adds it to the branch that ends here.
  template <int From, class... Shortcut>
  static consteval auto join(chain<Shortcut...>) {
    return (layout<From, Next, Nodes...>{} >> ... >> Shortcut{}).template add<Value>();
  }
  template <int Body>
  consteval layout<Next, Next + 1, Nodes..., node<add_layer, Body, Value>> add() const {
    return {};
  }
};

/// What a node needs: its layer's word, or for an addition that both branches have the shape of the first.
template <class L, int Second>
[[nodiscard]] constexpr requirement needs_of(shape first) {
  if constexpr (Second >= 0)
    return {need::exactly, first};
  else
    return L::needs(first);
}

}  // namespace detail

/// The nodes of a pipeline, with every joint checked.
template <class Pipeline>
struct graph;
template <shape Input, class... Layers>
struct graph<pipeline<Input, Layers...>> {
  static_assert(sizeof...(Layers) > 0, "polyfold: a network has at least one layer");
  using nodes = typename decltype((detail::layout<0, 1>{} >> ... >> Layers{}))::nodes;
  static constexpr int size = nodes::size;

  /// Shape of every value: the input, then what each node computes.
  static constexpr auto shapes = []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
    std::array<shape, std::size_t(size) + 1> all{Input};
    std::size_t i = 0;
    ((all[i + 1] = L::output(all[std::size_t(First)]), ++i), ...);
    return all;
  }(nodes{});

  /// The first node that cannot read what reaches it; `size` if there is none.
  static constexpr int wrong_joint = []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
    bool const right[] = {detail::needs_of<L, Second>(shapes[std::size_t(First)])
                              .met_by(shapes[std::size_t(Second < 0 ? First : Second)])...};
    int i = 0;
    while (i < size && right[i]) ++i;
    return i;
  }(nodes{});

  template <int I>
  using layer_at = typename type_at<nodes, I>::layer;

  /// Stops the build at a wrong joint.
  static consteval bool joints_fit() {
    if constexpr (wrong_joint < size) check_node<wrong_joint>(type_at<nodes, wrong_joint>{});
    return wrong_joint == size;
  }

  /// The stages of the program (see fold/program.hpp).
  static consteval auto stages() {
    return []<class... L, int... First, int... Second>(type_list<node<L, First, Second>...>) {
      return type_list<stage<typename L::template operations<shapes[std::size_t(First)]>, First, Second>...>{};
    }(nodes{});
  }

 private:
  template <int I, class L, int First, int Second>
  static consteval void check_node(node<L, First, Second>) {
    detail::check_joint<I, shapes[std::size_t(Second < 0 ? First : Second)],
                        detail::needs_of<L, Second>(shapes[std::size_t(First)])>();
  }
};

}  // namespace polyfold
