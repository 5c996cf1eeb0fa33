// What a network's description says whatever its numbers are stored as: layers, shapes, program, and which stored number is
// whose.
#pragma once

#include <type_traits>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/type_list.hpp>
#include <polyfold/fold/program.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold {

namespace detail {
/// The sentence that says why no network can be made of a graph; none where one can.
template <class Graph, bool Right = Graph::right>
struct fault_of_graph {
  using type = std::type_identity<void>;
};
template <class Graph>
struct fault_of_graph<Graph, false> {
  using type = typename decltype(Graph::fault())::type;
};

/// Stops the build where a graph is wrong. A function, as clang does without a class with an error in it.
template <class Graph>
consteval bool check_graph() {
  using stopped [[maybe_unused]] = typename fault_of_graph<Graph>::type::type;
  return true;
}

/// The graph, or what everything that uses a wrong network is compiled for, so that no other error follows.
template <class Graph, bool Right = Graph::right>
struct graph_or_stand_in {
  using type = Graph;
};
template <class Graph>
struct graph_or_stand_in<Graph, false> {
  using type = layer_types::graph<pipeline<Graph::input, activation_layer<layer_types::relu_function>>>;
};

/// Does not compile: the sentence for a layer whose parts are not what its operations store.
template <class Layer, shape In, int Named, int Stored>
struct wrong_parts {
  using type = void;
  static_assert(
      Named == Stored,
      "polyfold: the parts of a layer name all numbers that its operations store, none of no numbers, and only "
      "statistics are nonnegative");
};

/// The first layer with wrong parts; their number where there is none.
template <class Structure>
[[nodiscard]] consteval int layer_with_wrong_parts() {
  int layer = 0;
  core::for_constexpr<Structure::layers>([&]<int I>() {
    if (layer == I && named_parameters(Structure::template layer_parts<I>()) == Structure::parameter_count(I)) ++layer;
  });
  return layer;
}

template <class Structure, int I = layer_with_wrong_parts<Structure>(), bool Right = I == Structure::layers>
struct fault_of_parts {
  using type = std::type_identity<void>;
};
template <class Structure, int I>
struct fault_of_parts<Structure, I, false> {
  using type = wrong_parts<typename Structure::template layer_at<I>, Structure::template layer_input_shape<I>(),
                           named_parameters(Structure::template layer_parts<I>()), Structure::parameter_count(I)>;
};

/// Stops the build where the parts of a layer are wrong.
template <class Structure>
consteval bool check_parts() {
  using stopped [[maybe_unused]] = typename fault_of_parts<Structure>::type::type;
  return true;
}
}  // namespace detail

}  // namespace polyfold

namespace polyfold::layer_types {

template <class Description>
struct network_structure {
  static constexpr bool right = graph<Description>::right;
  using graph_type = typename polyfold::detail::graph_or_stand_in<graph<Description>>::type;
  using program_type = fold::program<graph_type::input, decltype(graph_type::stages())>;

  static constexpr shape input_shape = graph_type::input;
  static constexpr shape output_shape = program_type::output;
  /// Layers in order, residual branches laid out one after the other.
  static constexpr int layers = graph_type::size;
  template <int I>
  using layer_at = typename graph_type::template layer_at<I>;

  /// First stored number of layer I, and how many it has; likewise the bytes of its index map.
  [[nodiscard]] static constexpr int first_parameter(int layer) {
    return edge(layer, &fold::detail::step_facts::first_parameter, program_type::parameters);
  }
  [[nodiscard]] static constexpr int first_map_byte(int layer) {
    return edge(layer, &fold::detail::step_facts::first_map_byte, program_type::map_bytes);
  }
  [[nodiscard]] static constexpr int parameter_count(int layer) {
    return first_parameter(layer + 1) - first_parameter(layer);
  }

  /// What layer I reads.
  template <int I>
  [[nodiscard]] static constexpr shape layer_input_shape() {
    return graph_type::shapes[source_of(core::type_at<typename graph_type::nodes, I>{})];
  }
  [[nodiscard]] static constexpr shape layer_output_shape(int layer) { return graph_type::shapes[layer + 1]; }
  /// What layer I stores, in order.
  template <int I>
  [[nodiscard]] static constexpr auto const& layer_parts() {
    return layer_at<I>::template parts<layer_input_shape<I>()>;
  }

  /// What layer I computes, and how many numbers it stores; operations that an earlier layer has done already count there
  /// only, and so do constants that one has read.
  template <int I>
  [[nodiscard]] static constexpr cost layer_cost() {
    cost c;
    for (int j = program_type::first_step[I]; j < program_type::first_step[I + 1]; ++j) {
      if (program_type::facts[j].executed) c += step_costs[j];
      c.table_bytes += program_type::constant_bytes[j];
    }
    c.stored_parameters = parameter_count(I);
    c.map_bytes = first_map_byte(I + 1) - first_map_byte(I);
    auto const beside = [&c](cost const& dense) {
      c.weights = dense.weights;
      c.coefficients = dense.coefficients;
      c.dense_parameters = dense.dense_parameters;
      c.dense_multiplications = dense.dense_multiplications;
      c.dense_additions = dense.dense_additions;
    };
    if constexpr (weighted_layer<layer_at<I>>) {
      beside(layer_at<I>::template folded<layer_input_shape<I>()>::plan.dense_cost());
    } else if constexpr (requires { layer_at<I>::template dense_cost<layer_input_shape<I>()>(); }) {
      beside(layer_at<I>::template dense_cost<layer_input_shape<I>()>());
    } else {
      c.dense_parameters = c.stored_parameters;
      c.dense_multiplications = c.multiplications;
      c.dense_additions = c.additions;
    }
    return c;
  }

 private:
  template <class Layer, int First, int Second>
  static constexpr int source_of(node<Layer, First, Second>) {
    return First;
  }
  [[nodiscard]] static constexpr int edge(int layer, int fold::detail::step_facts::*member, int end) {
    return layer == layers ? end : program_type::facts[program_type::first_step[layer]].*member;
  }

  /// What each step computes, merged ones included.
  static constexpr auto step_costs = []<int... J>(std::integer_sequence<int, J...>) {
    return core::fixed_array<cost, program_type::steps>{program_type::template operation_at<J>::count()...};
  }
  (std::make_integer_sequence<int, program_type::steps>{});
};

}  // namespace polyfold::layer_types
