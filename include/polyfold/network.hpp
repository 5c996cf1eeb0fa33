// network<pipeline>: a network's stored numbers and the inference over them. No heap, no exceptions, no global state.
//
//   constexpr auto digits = input<1, 28, 28> | conv2d<6, 5>(padding<2>) | relu | max_pool<2> | dense<10>;
//   network<digits> net;                     // sizeof is known; an object in constant memory stays there
//   network<digits>::workspace<float> room;  // the caller's: its size is a constexpr
//   auto logits = net.run(image, room);      // a view into the workspace
//
// A second argument says how its numbers are stored: network<digits, in_bytes> takes a byte each (numbers/bytes.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/run_arguments.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/layers/network_structure.hpp>
#include <polyfold/numbers/bytes.hpp>

namespace polyfold {

template <auto Pipeline, auto Numbers = in_floats>
class network : public stored_numbers<network_structure<std::remove_cvref_t<decltype(Pipeline)>>, Numbers> {
  using stored = stored_numbers<network_structure<std::remove_cvref_t<decltype(Pipeline)>>, Numbers>;
  static_assert(detail::check_graph<graph<std::remove_cvref_t<decltype(Pipeline)>>>());
  static_assert(detail::check_parts<network_structure<std::remove_cvref_t<decltype(Pipeline)>>>());

 public:
  using description = std::remove_cvref_t<decltype(Pipeline)>;
  using structure = network_structure<description>;
  static constexpr bool right = structure::right;
  using graph_type = typename structure::graph_type;
  using program_type = typename structure::program_type;

  static constexpr shape input_shape = structure::input_shape;
  static constexpr shape output_shape = structure::output_shape;
  /// Layers in order, residual branches laid out one after the other.
  static constexpr int layers = structure::layers;
  template <int I>
  using layer_at = typename structure::template layer_at<I>;

  /// The same network with numbers of float32.
  using in_float32 = network<Pipeline>;

  /// Working memory of one inference, in scalars.
  using stored::workspace_size;
  template <class Scalar = float>
  using workspace = std::array<Scalar, std::size_t(workspace_size)>;

  /// Runs one image (or, with a wider scalar, several side by side). The result lies in `room` until it is used again.
  /// An image is a tensor of `input_shape`, a view of one, or an array or a span of just as many scalars.
  template <class Image, class Scalar>
  requires detail::image_of<Image, Scalar, input_shape>
  [[nodiscard]] tensor_view<Scalar const, output_shape> run(Image const& image, workspace<Scalar>& room) const {
    return run(detail::image_data<input_shape>(image), room.data());
  }
  /// The same on bare memory: input_shape.size() scalars at `image`, workspace_size at `room`.
  template <class Scalar>
  [[nodiscard]] tensor_view<Scalar const, output_shape> run(Scalar const* image, Scalar* room) const {
    return tensor_view<Scalar const, output_shape>(stored::run_program(image, room));
  }
  /// Stops the build: what is given is no image and workspace of this network.
  template <class... Given>
  requires(!detail::runs_on<network, Given...>) tensor_view<float const, output_shape> run(Given&&...)
  const {
    using stopped [[maybe_unused]] =
        typename detail::fault_of_run<right, input_shape, workspace<>, Given...>::type::type;
    return tensor_view<float const, output_shape>(nullptr);
  }

  /// First number of layer I, and how many it stores; likewise the bytes of its index map.
  [[nodiscard]] static constexpr int first_number(int layer) { return structure::first_number(layer); }
  [[nodiscard]] static constexpr int first_map_byte(int layer) { return structure::first_map_byte(layer); }
  [[nodiscard]] static constexpr int number_count(int layer) { return structure::number_count(layer); }

  /// What layer I reads.
  template <int I>
  [[nodiscard]] static constexpr shape layer_input_shape() {
    return structure::template layer_input_shape<I>();
  }
  [[nodiscard]] static constexpr shape layer_output_shape(int layer) { return structure::layer_output_shape(layer); }
  /// What layer I stores, in the order of its numbers: an array of stored_part.
  template <int I>
  [[nodiscard]] static constexpr auto const& layer_parts() {
    return structure::template layer_parts<I>();
  }

  /// What layer I stores and computes; operations that an earlier layer has done already count there only, and so do
  /// constants that one has read.
  template <int I>
  [[nodiscard]] static constexpr cost layer_cost() {
    cost c = structure::template layer_cost<I>();
    stored::template add_cost<I>(c);
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
};

}  // namespace polyfold
