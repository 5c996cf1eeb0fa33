// network<pipeline>: a network's stored numbers and the inference over them. No heap, no exceptions, no global state.
//
//   constexpr auto digits = input<1, 28, 28> | conv2d<6, 5>(padding<2>) | relu | max_pool<2> | dense<10>;
//   network<digits> net;                     // sizeof is known; an object in constant memory stays there
//   network<digits>::workspace<float> room;  // the caller's: its size is a constexpr
//   auto logits = net.run(image, room);      // a view into the workspace
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/run_arguments.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/whole_maps.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/chain.hpp>

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

/// The graph, or what everything that uses a wrong network is compiled for, so that no other error follows.
template <class Graph, bool Right = Graph::right>
struct graph_or_stand_in {
  using type = Graph;
};
template <class Graph>
struct graph_or_stand_in<Graph, false> {
  using type = graph<pipeline<Graph::input, activation_layer<relu_function>>>;
};
}  // namespace detail

template <auto Pipeline>
class network {
  using checked = typename detail::fault_of_graph<graph<std::remove_cvref_t<decltype(Pipeline)>>>::type::type;

 public:
  using description = std::remove_cvref_t<decltype(Pipeline)>;
  static constexpr bool right = graph<description>::right;
  using graph_type = typename detail::graph_or_stand_in<graph<description>>::type;
  using program_type = program<graph_type::input, decltype(graph_type::stages())>;

  static constexpr shape input_shape = graph_type::input;
  static constexpr shape output_shape = program_type::output;
  /// Layers in order, residual branches laid out one after the other.
  static constexpr int layers = graph_type::size;
  template <int I>
  using layer_at = typename graph_type::template layer_at<I>;

  /// All that is stored. Layer by layer: coefficients, then biases, in the basis that inference uses.
  std::array<float, std::size_t(program_type::numbers)> numbers{};
  std::array<std::uint8_t, std::size_t(program_type::map_bytes)> maps{};

  /// Working memory of one inference, in scalars.
  static constexpr int workspace_size = program_type::inference.size;
  template <class Scalar = float>
  using workspace = std::array<Scalar, std::size_t(workspace_size)>;

  /// Runs one image (or, with a wider scalar, several side by side). The result lies in `room` until it is used again.
  template <class Scalar>
  [[nodiscard]] tensor_view<Scalar const, output_shape> run(tensor_view<Scalar, input_shape> image,
                                                            workspace<std::remove_const_t<Scalar>>& room) const {
    return run(image.data(), room.data());
  }
  template <class Scalar>
  [[nodiscard]] tensor_view<Scalar const, output_shape> run(tensor<Scalar, input_shape> const& image,
                                                            workspace<Scalar>& room) const {
    return run(image.values.data(), room.data());
  }
  /// The same on bare memory: input_shape.size() scalars at `image`, workspace_size at `room`.
  template <class Scalar>
  [[nodiscard]] tensor_view<Scalar const, output_shape> run(Scalar const* image, Scalar* room) const {
    return tensor_view<Scalar const, output_shape>(detail::run_whole_maps<program_type, program_type::inference>(
        image, room, maps.data(),
        [&]<int J>() { return numbers.data() + program_type::facts[std::size_t(J)].first_number; }));
  }
  /// Stops the build: what is given is no image and workspace of this network.
  template <class... Given>
  requires(!detail::runs_on<network, Given...>) tensor_view<float const, output_shape> run(Given&&...)
  const {
    using stopped [[maybe_unused]] =
        typename detail::fault_of_run<right, input_shape, workspace<>, Given...>::type::type;
    return tensor_view<float const, output_shape>(nullptr);
  }

  /// First stored number of layer I, and how many it has; likewise the bytes of its index map.
  [[nodiscard]] static constexpr int first_number(int layer) {
    return edge(layer, &detail::step_facts::first_number, program_type::numbers);
  }
  [[nodiscard]] static constexpr int first_map_byte(int layer) {
    return edge(layer, &detail::step_facts::first_map_byte, program_type::map_bytes);
  }
  [[nodiscard]] static constexpr int number_count(int layer) { return first_number(layer + 1) - first_number(layer); }

  /// What layer I reads.
  template <int I>
  [[nodiscard]] static constexpr shape layer_input_shape() {
    return graph_type::shapes[std::size_t(source_of(type_at<typename graph_type::nodes, I>{}))];
  }
  [[nodiscard]] static constexpr shape layer_output_shape(int layer) {
    return graph_type::shapes[std::size_t(layer) + 1];
  }

  /// What layer I stores and computes; operations that an earlier layer has done already count there only, and so do
  /// constants that one has read.
  template <int I>
  [[nodiscard]] static constexpr cost layer_cost() {
    cost c;
    for (int j = program_type::first_step[I]; j < program_type::first_step[I + 1]; ++j) {
      if (program_type::facts[std::size_t(j)].executed) c += step_costs[std::size_t(j)];
      c.table_bytes += program_type::constant_bytes[std::size_t(j)];
    }
    c.stored_numbers = number_count(I);
    c.map_bytes = first_map_byte(I + 1) - first_map_byte(I);
    auto const beside = [&c](cost const& dense) {
      c.weights = dense.weights;
      c.coefficients = dense.coefficients;
      c.dense_numbers = dense.dense_numbers;
      c.dense_multiplications = dense.dense_multiplications;
      c.dense_additions = dense.dense_additions;
    };
    if constexpr (weighted_layer<layer_at<I>>) {
      beside(layer_at<I>::template folded<layer_input_shape<I>()>::dense_cost());
    } else if constexpr (requires { layer_at<I>::template dense_cost<layer_input_shape<I>()>(); }) {
      beside(layer_at<I>::template dense_cost<layer_input_shape<I>()>());
    } else {
      c.dense_numbers = c.stored_numbers;
      c.dense_multiplications = c.multiplications;
      c.dense_additions = c.additions;
    }
    return c;
  }
  /// Sum over all layers, or over those that are approximated.
  [[nodiscard]] static constexpr cost total_cost() {
    return sum_of_costs([](cost const&) { return true; });
  }
  [[nodiscard]] static constexpr cost approximated_cost() {
    return sum_of_costs([](cost const& c) { return c.coefficients < c.weights; });
  }
  [[nodiscard]] static constexpr long long workspace_bytes() { return 4LL * workspace_size; }

 private:
  template <class Layer, int First, int Second>
  static constexpr int source_of(node<Layer, First, Second>) {
    return First;
  }
  [[nodiscard]] static constexpr int edge(int layer, int detail::step_facts::*member, int end) {
    return layer == layers ? end
                           : program_type::facts[std::size_t(program_type::first_step[std::size_t(layer)])].*member;
  }
  template <class Wanted>
  [[nodiscard]] static constexpr cost sum_of_costs(Wanted wanted) {
    cost sum;
    auto const add = [&](cost const& c) {
      if (wanted(c)) sum += c;
    };
    [&]<int... I>(std::integer_sequence<int, I...>) { (add(layer_cost<I>()), ...); }
    (std::make_integer_sequence<int, layers>{});
    return sum;
  }

  /// What each step computes, merged ones included.
  static constexpr auto step_costs = []<int... J>(std::integer_sequence<int, J...>) {
    return std::array<cost, sizeof...(J)>{program_type::template operation_at<J>::count()...};
  }
  (std::make_integer_sequence<int, program_type::steps>{});
};

}  // namespace polyfold
