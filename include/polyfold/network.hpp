// network<pipeline, numbers, schedule>: a network's stored parameters and the inference over them. No heap, no exceptions,
// no global state.
//
//   constexpr auto digits = input<1, 28, 28> | conv2d<6, 5>(padding<2>) | relu | max_pool<2> | dense<10>;
//   network<digits> net;                     // sizeof is known; an object in constant memory stays there
//   network<digits>::workspace<float> workspace;  // the caller's: its size is a constexpr
//   auto logits = net.run(image, workspace);      // a view into the workspace
//
// The second argument says what kind of numbers it has: network<digits, in_bytes> takes a byte each (numbers/bytes.hpp). The
// third says how they are run: network<digits, in_floats, packed> uses SIMD kernels (packed.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/run_arguments.hpp>
#include <polyfold/core/tensor.hpp>
#include <polyfold/layers/network_structure.hpp>
#include <polyfold/numbers/bytes.hpp>
#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold {

namespace detail {
template <auto Pipeline, auto Numbers, auto Schedule>
using engine_of = typename decltype(schedules::detail::engine_for<
                                    layer_types::network_structure<std::remove_cvref_t<decltype(Pipeline)>>, Numbers,
                                    Schedule>())::type;
}

template <auto Pipeline, auto Numbers = in_floats, auto Schedule = whole_maps>
class network : public detail::engine_of<Pipeline, Numbers, Schedule>::storage {
  using runs_by = detail::engine_of<Pipeline, Numbers, Schedule>;
  static_assert(detail::check_graph<layer_types::graph<std::remove_cvref_t<decltype(Pipeline)>>>());
  static_assert(
      schedules::detail::check_engine<std::remove_cv_t<decltype(Numbers)>, std::remove_cv_t<decltype(Schedule)>>());
  static_assert(storage::detail::check_numbers<typename runs_by::parameters>());
  static_assert(detail::check_parts<layer_types::network_structure<std::remove_cvref_t<decltype(Pipeline)>>>());

 public:
  using description = std::remove_cvref_t<decltype(Pipeline)>;
  using structure = layer_types::network_structure<description>;
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

  /// Working memory of one inference: an array of scalars, or a class that the schedule or the kind of numbers says.
  static constexpr int workspace_size = runs_by::workspace_size;
  template <class Scalar = typename runs_by::scalar>
  using workspace = typename runs_by::template workspace<Scalar>;
  /// What its images are of where nothing else is said.
  using pixel = typename runs_by::scalar;
  /// Whether it runs images of such numbers: floats, lanes of them, or pixels of 8 bits, which floats take as the numbers 0 to 255.
  template <class Pixel>
  static constexpr bool takes = runs_by::template takes<Pixel>;
  /// What bare memory for such images is made of.
  template <class Pixel>
  using memory_unit = typename runs_by::template memory_unit<Pixel>;

  /// Runs one image (or, with a wider scalar, several side by side). The result lies in `memory` until it is used again.
  /// An image is a tensor of `input_shape`, a view of one, or an array or a span of just as many scalars.
  template <class Image, class Workspace>
  requires detail::runs_image<network, Image, Workspace>
  [[nodiscard]] constexpr auto run(Image const& image, Workspace& memory) const {
    return run(detail::image_data<input_shape>(image), runs_by::memory_of(memory));
  }
  /// The same on bare memory: input_shape.size() numbers at `image`, workspace_size scalars at `memory`.
  template <class Pixel>
  requires(takes<Pixel>) [[nodiscard]] constexpr auto run(Pixel const* image, memory_unit<Pixel>* memory) const {
    auto const* const result = runs_by::run(*this, image, memory);
    return tensor_view<std::remove_reference_t<decltype(*result)>, output_shape>(result);
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
  [[nodiscard]] static constexpr int first_parameter(int layer) { return structure::first_parameter(layer); }
  [[nodiscard]] static constexpr int first_map_byte(int layer) { return structure::first_map_byte(layer); }
  [[nodiscard]] static constexpr int parameter_count(int layer) { return structure::parameter_count(layer); }

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
    runs_by::parameters::template add_cost<I>(c);
    return c;
  }
  /// Sum over all layers, or over those that are approximated.
  [[nodiscard]] static constexpr cost total_cost() {
    return sum_of_costs([](cost const&) { return true; });
  }
  [[nodiscard]] static constexpr cost approximated_cost() {
    return sum_of_costs([](cost const& c) { return c.coefficients < c.weights; });
  }
  [[nodiscard]] static constexpr long long workspace_bytes() { return sizeof(workspace<>); }

 private:
  template <class Wanted>
  [[nodiscard]] static constexpr cost sum_of_costs(Wanted wanted) {
    cost sum;
    core::for_constexpr<layers>([&]<int I>() {
      cost const c = layer_cost<I>();
      if (wanted(c)) sum += c;
    });
    return sum;
  }
};

}  // namespace polyfold
