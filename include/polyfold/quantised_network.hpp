// quantised_network<pipeline>: a network whose stored numbers take one byte each, run like any other.
//
//   quantised_network<digits> net;                     // from quantise(), a file or a generated header
//   quantised_network<digits>::workspace<float> room;
//   auto logits = net.run(image, room);
//
// It runs the program of network<pipeline>: the numbers of a step are decoded into the workspace just before the step, so
// that it computes to the last bit what the float network computes on the decoded numbers. The workspace grows by the
// numbers of one step, where no map that is dead by then leaves room for them.
//
// Codes and scales are those of core/quantisation.hpp. Numbers of batch norm stay float32: fold_batch_norm
// takes them away.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/quantisation.hpp>
#include <polyfold/layers/scale_groups.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

template <auto Pipeline, quantisation Rule = quantisation{}>
class quantised_network {
 public:
  using float_network = network<Pipeline>;
  using graph_type = typename float_network::graph_type;
  using program_type = typename float_network::program_type;

  static constexpr quantisation rule = Rule;
  static constexpr shape input_shape = float_network::input_shape;
  static constexpr shape output_shape = float_network::output_shape;
  static constexpr int layers = float_network::layers;
  template <int I>
  using layer_at = typename float_network::template layer_at<I>;

 private:
  template <int I>
  using groups = scale_groups<layer_at<I>, float_network::template layer_input_shape<I>(), Rule.scales>;

  /// Where the numbers of a layer lie; the entry behind the last layer holds the totals.
  struct place {
    int code = 0;
    int scale = 0;
    int exact = 0;
  };
  template <int I>
  [[nodiscard]] static constexpr place after(place p) {
    if constexpr (byte_layer<layer_at<I>>) {
      p.code += float_network::number_count(I);
      p.scale += groups<I>::count;
    } else {
      p.exact += float_network::number_count(I);
    }
    return p;
  }

  static constexpr auto places = [] {
    std::array<place, std::size_t(layers) + 1> all{};
    [&]<int... I>(std::integer_sequence<int, I...>) {
      ((all[std::size_t(I) + 1] = after<I>(all[std::size_t(I)])), ...);
    }
    (std::make_integer_sequence<int, layers>{});
    return all;
  }();

 public:
  /// All that is stored. Codes layer by layer: coefficients, then biases, in the basis that inference uses.
  std::array<std::int8_t, std::size_t(places.back().code)> codes{};
  /// Layer by layer: of the coefficients, then of the biases.
  std::array<std::uint8_t, std::size_t(places.back().scale)> scales{};
  /// The numbers of other layers.
  std::array<float, std::size_t(places.back().exact)> exact{};
  std::array<std::uint8_t, std::size_t(program_type::map_bytes)> maps{};

  /// Working memory of one inference, in scalars.
  static constexpr int workspace_size = program_type::decoding.size;
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
    return tensor_view<Scalar const, output_shape>(detail::run_whole_maps<program_type, program_type::decoding>(
        image, room, maps.data(), [&]<int J>() { return numbers_of<J>(room); }));
  }
  /// Stops the build: what is given is no image and workspace of this network.
  template <class... Given>
  requires(!detail::runs_on<quantised_network, Given...>) tensor_view<float const, output_shape> run(Given&&...)
  const {
    using stopped [[maybe_unused]] =
        typename detail::fault_of_run<float_network::right, input_shape, workspace<>, Given...>::type::type;
    return tensor_view<float const, output_shape>(nullptr);
  }

  /// First code, scale, float32 number and byte of the index map of layer I; I = layers gives the totals.
  [[nodiscard]] static constexpr int first_code(int layer) { return places[std::size_t(layer)].code; }
  [[nodiscard]] static constexpr int first_scale(int layer) { return places[std::size_t(layer)].scale; }
  [[nodiscard]] static constexpr int first_exact(int layer) { return places[std::size_t(layer)].exact; }
  [[nodiscard]] static constexpr int first_map_byte(int layer) { return float_network::first_map_byte(layer); }

  /// Which of the layer's scales serves stored number i of layer I.
  template <int I>
  [[nodiscard]] static constexpr int scale_group(int i) {
    return groups<I>::of(i);
  }
  /// Stored numbers i to i + count - 1 of layer I, decoded; a byte_layer.
  template <int I>
  constexpr void decode(int i, int count, float* out) const {
    for (int k = 0; k < count; ++k)
      out[k] = float(codes[std::size_t(first_code(I) + i + k)]) *
               scale_of(scales[std::size_t(first_scale(I) + scale_group<I>(i + k))]);
  }

  template <int I>
  [[nodiscard]] static constexpr shape layer_input_shape() {
    return float_network::template layer_input_shape<I>();
  }
  [[nodiscard]] static constexpr shape layer_output_shape(int layer) {
    return float_network::layer_output_shape(layer);
  }

  /// What layer I stores and computes; decoding multiplies once for every code.
  template <int I>
  [[nodiscard]] static constexpr cost layer_cost() {
    cost c = float_network::template layer_cost<I>();
    c.byte_numbers = first_code(I + 1) - first_code(I);
    c.scale_bytes = first_scale(I + 1) - first_scale(I);
    c.multiplications += c.byte_numbers;
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
  /// The stored numbers of step J: decoded behind its scratch, or as they are.
  template <int J, class Scalar>
  [[nodiscard]] float const* numbers_of(Scalar* room) const {
    static_assert(std::is_same_v<Scalar, float> || lane_count<Scalar> > 1,
                  "polyfold: 8-bit networks run on float or on lanes of it: numbers are decoded into the workspace");
    constexpr auto const& facts = program_type::facts[std::size_t(J)];
    constexpr int in_layer = facts.first_number - float_network::first_number(facts.stage);
    if constexpr (facts.numbers == 0) {
      return nullptr;
    } else if constexpr (byte_layer<layer_at<facts.stage>>) {
      Scalar* const behind_scratch = room + program_type::decoding.scratch[std::size_t(J)] + facts.scratch;
      auto* const decoded = reinterpret_cast<float*>(behind_scratch);
      decode<facts.stage>(in_layer, facts.numbers, decoded);
      return decoded;
    } else {
      return exact.data() + first_exact(facts.stage) + in_layer;
    }
  }

  template <class Wanted>
  [[nodiscard]] static constexpr cost sum_of_costs(Wanted wanted) {
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      return (cost{} + ... + (wanted(layer_cost<I>()) ? layer_cost<I>() : cost{}));
    }
    (std::make_integer_sequence<int, layers>{});
  }
};

}  // namespace polyfold
