// A network's description for engines that know nothing of its type: nodes with shapes, windows and weights, derived from
// the type's own layers. Every peer builds its network from this one description.
//
//   network_description d = describe(net);   // net: network<P>, nothing approximated, batch norm folded
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/dropout.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/network.hpp>

namespace polyfold::bench {

enum class node_kind { convolution, dense, max_pool, average_pool, add, relu };

/// One operation: reads value `source` (and `added`), writes value `value`. Value 0 is the network's input.
struct node_description {
  node_kind kind = node_kind::relu;
  int source = 0;
  int added = -1;  ///< the second operand of an addition; of a convolution: what is added to its sums
  int value = 0;
  shape in, out;
  window under{};  ///< of a dense layer: its whole input
  int groups = 1;
  bool relu = false;           ///< follows the sums
  std::vector<float> weights;  ///< filters x channels per group x rows x columns
  std::vector<float> bias;     ///< one for each filter

  [[nodiscard]] bool weighted() const { return kind == node_kind::convolution || kind == node_kind::dense; }
};

struct network_description {
  shape input, output;
  std::vector<node_description> nodes;  ///< in an order in which they can run
  int result = 0;                       ///< the value that is the network's output
  int values = 1;

  [[nodiscard]] int readers(int value) const {
    int count = value == result;
    for (node_description const& n : nodes) count += (n.source == value) + (n.added == value);
    return count;
  }
};

namespace detail {

template <class L>
void describe_layer(node_description& node, L) {
  static_assert(!std::is_same_v<L, L>, "polyfold: the peers have no such layer");
}
template <int Height, int Width, class... Options>
void describe_layer(node_description& node, layer_types::max_pool_layer<Height, Width, Options...> pool) {
  node.kind = node_kind::max_pool;
  node.under = pool.sliding(node.in);
}
template <int Height, int Width, class... Options>
void describe_layer(node_description& node, layer_types::average_pool_layer<Height, Width, Options...> pool) {
  static_assert(pool.pooled == layer_types::averaging_spec{.slid = pool.pooled.slid},
                "polyfold: the peers' averages take strides and padding alone");
  node.kind = node_kind::average_pool;
  node.under = pool.sliding(node.in);
}
inline void describe_layer(node_description& node, layer_types::global_average_pool_layer) {
  node.kind = node_kind::average_pool;
  node.under = core::whole_map(node.in);
}
inline void describe_layer(node_description& node, layer_types::add_layer) { node.kind = node_kind::add; }
inline void describe_layer(node_description& node, activation_layer<layer_types::relu_function>) {
  node.kind = node_kind::relu;
}
template <weighted_layer L>
void describe_layer(node_description& node, L) {
  static_assert(L::spec.approximated == approximation{}, "polyfold: peers run the network that nothing approximates");
  static_assert(L::spec.slid.y.dilation == 1 && L::spec.slid.x.dilation == 1,
                "polyfold: the peers' windows are not dilated");
  node.groups = L::spec.groups;
  node.kind = L::spec.slides ? node_kind::convolution : node_kind::dense;
  node.under = L::sliding(node.in);
}

template <class L>
inline constexpr bool is_dropout = false;
template <int Numerator, int Denominator>
inline constexpr bool is_dropout<layer_types::dropout_layer<Numerator, Denominator>> = true;

template <class L, int First, int Second>
[[nodiscard]] constexpr std::pair<int, int> sources_of(polyfold::layer_types::node<L, First, Second>) {
  return {First, Second};
}

/// Takes ReLUs up into the operation before, and additions into the convolution that only they read.
inline void fuse(network_description& net) {
  for (std::size_t i = 0; i < net.nodes.size();) {
    node_description const node = net.nodes[i];
    std::size_t p = 0;
    while (p < i && net.nodes[p].value != node.source) ++p;
    bool const joins = p < i && !net.nodes[p].relu && net.readers(node.source) == 1;
    node_description& producer = net.nodes[p];
    if (node.kind == node_kind::relu && joins && (producer.weighted() || producer.kind == node_kind::add)) {
      producer.relu = true;
      producer.value = node.value;
      net.nodes.erase(net.nodes.begin() + std::ptrdiff_t(i));
    } else if (node.kind == node_kind::add && joins && producer.kind == node_kind::convolution && producer.added < 0) {
      // Moved here: by now the other branch is complete too.
      net.nodes[i] = std::move(producer);
      net.nodes[i].value = node.value;
      net.nodes[i].added = node.added;
      net.nodes.erase(net.nodes.begin() + std::ptrdiff_t(p));
    } else {
      ++i;
    }
  }
}

}  // namespace detail

template <auto Pipeline>
[[nodiscard]] network_description describe(network<Pipeline> const& net) {
  using network_type = network<Pipeline>;
  network_description d;
  d.input = network_type::input_shape;
  d.output = network_type::output_shape;
  std::vector<int> value_at{0};  // of the type's values; dropout passes its input on
  auto const add = [&]<int I>() {
    using layer_type = typename network_type::template layer_at<I>;
    auto const [first, second] = detail::sources_of(core::type_at<typename network_type::graph_type::nodes, I>{});
    if constexpr (detail::is_dropout<layer_type>) {
      value_at.push_back(value_at[std::size_t(first)]);
    } else {
      node_description node;
      node.source = value_at[std::size_t(first)];
      node.added = second < 0 ? -1 : value_at[std::size_t(second)];
      node.value = d.values++;
      node.in = network_type::template layer_input_shape<I>();
      node.out = network_type::layer_output_shape(I);
      detail::describe_layer(node, layer_type{});
      if constexpr (weighted_layer<layer_type>) {
        float const* const parameters = net.parameters.data() + network_type::first_parameter(I);
        int const weights = node.out.channels * (node.in.channels / node.groups) * node.under.area();
        node.weights.assign(parameters, parameters + weights);
        node.bias.assign(std::size_t(node.out.channels), 0.0f);
        if (layer_type::spec.bias) std::copy_n(parameters + weights, node.out.channels, node.bias.begin());
      }
      value_at.push_back(node.value);
      d.nodes.push_back(std::move(node));
    }
  };
  [&]<int... I>(std::integer_sequence<int, I...>) { (add.template operator()<I>(), ...); }
  (std::make_integer_sequence<int, network_type::layers>{});
  d.result = value_at.back();
  detail::fuse(d);
  return d;
}

/// Which of a few buffers holds each value: a buffer is free again when the last reader of its value has run. A
/// convolution with `added` writes over that operand where nothing else reads it then.
struct buffer_plan {
  std::vector<int> buffer_of;  ///< by value; -1: not written by a node
  int buffers = 0;

  explicit buffer_plan(network_description const& net) : buffer_of(std::size_t(net.values), -1) {
    std::vector<int> last_reader(std::size_t(net.values), -1);
    for (int i = 0; i < int(net.nodes.size()); ++i) {
      node_description const& n = net.nodes[std::size_t(i)];
      last_reader[std::size_t(n.source)] = i;
      if (n.added >= 0) last_reader[std::size_t(n.added)] = i;
    }
    last_reader[std::size_t(net.result)] = int(net.nodes.size());
    std::vector<int> free;
    for (int i = 0; i < int(net.nodes.size()); ++i) {
      node_description const& n = net.nodes[std::size_t(i)];
      bool const in_place = n.kind == node_kind::convolution && n.added > 0 && n.added != n.source &&
                            last_reader[std::size_t(n.added)] == i;
      int& own = buffer_of[std::size_t(n.value)];
      if (in_place) {
        own = buffer_of[std::size_t(n.added)];
      } else if (!free.empty()) {
        own = free.back();
        free.pop_back();
      } else {
        own = buffers++;
      }
      auto const release = [&](int value) {
        if (value > 0 && last_reader[std::size_t(value)] == i && buffer_of[std::size_t(value)] != own)
          free.push_back(buffer_of[std::size_t(value)]);
      };
      release(n.source);
      if (n.added >= 0 && n.added != n.source) release(n.added);
    }
  }
};

}  // namespace polyfold::bench
