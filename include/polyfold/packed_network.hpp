// packed_network<pipeline>: a network made ready for the SIMD unit of this processor. Same results as network::run, up to the
// order of the additions; same interface; no allocation and no global state.
//
//   network<digits> net = ...;
//   packed_network<digits> const fast(net);         // weights in the kernels' order; `net` is no more needed
//   packed_network<digits>::workspace room;
//   auto logits = fast.run(image, room);
//
// Needs xsimd. Compile for the processor (-march=native or the like): the instruction set is part of the type.
#pragma once

#include <array>
#include <type_traits>

#include <polyfold/network.hpp>
#include <polyfold/simd/packed_program.hpp>

namespace polyfold {

namespace detail {
template <class Given, class Source>
inline constexpr bool is_packed_from = std::is_convertible_v<Given const&, Source const&>;
}

template <auto Pipeline, class Arch = xsimd::default_arch>
class packed_network {
 public:
  using source = network<Pipeline>;
  using vector = simd_vector<Arch>;
  using program_type = typename source::program_type;
  using schedule = packed_program<program_type, vector>;

  static constexpr shape input_shape = source::input_shape;
  static constexpr shape output_shape = source::output_shape;

  /// Working memory of one inference.
  static constexpr int workspace_size = schedule::places.size;
  struct alignas(64) workspace {
    std::array<float, std::size_t(workspace_size)> values;
    [[nodiscard]] float* data() & { return values.data(); }
    float* data() && = delete;  // of a temporary, which takes the memory with it
  };

 private:
  /// The calls of run that are right; never defined.
  template <detail::image_of<float, input_shape> Image>
  static void call_run(Image const&, workspace&);
  static void call_run(float const*, workspace&);
  static void call_run(float const*, float*);
  template <class... Given>
  static constexpr bool runs_on = requires(Given&&... given) {
    call_run(static_cast<Given&&>(given)...);
  };

 public:
  packed_network() = default;
  explicit packed_network(source const& net) { pack(net); }
  template <class Other>
  requires(!std::is_convertible_v<Other const&, source const&>) explicit packed_network(Other const& net) { pack(net); }

  /// Takes over the numbers of `net`.
  void pack(source const& net) { pack(net.numbers.data(), net.maps.data()); }
  /// The same from bare memory: what `numbers` and `maps` of a source hold.
  void pack(float const* numbers, std::uint8_t const* maps) {
    schedule::for_each_call([&]<int J>() {
      auto const& facts = program_type::facts[std::size_t(J)];
      schedule::template step<J>::pack(numbers + facts.first_number, maps + facts.first_map_byte,
                                       packed_.data() + schedule::places.packed[std::size_t(J)]);
    });
  }

  /// Stops the build: what is given is no network of this description.
  template <class Other>
  requires(!std::is_convertible_v<Other const&, source const&>) void pack(Other const&) {
    static_assert(detail::is_packed_from<Other, source>,
                  "polyfold: a packed_network<description> packs a network<description>, and this is another type");
  }

  /// Runs one image: a tensor of `input_shape`, a view of one, or an array or a span of just as many floats. The result lies
  /// in `room` until it is used again.
  template <detail::image_of<float, input_shape> Image>
  [[nodiscard]] tensor_view<float const, output_shape> run(Image const& image, workspace& room) const {
    return run(detail::image_data<input_shape>(image), room.data());
  }
  [[nodiscard]] tensor_view<float const, output_shape> run(float const* image, workspace& room) const {
    return run(image, room.data());
  }
  /// The same on bare memory: input_shape.size() floats at `image`, workspace_size at `room`, aligned or not.
  [[nodiscard]] tensor_view<float const, output_shape> run(float const* image, float* room) const {
    if constexpr (schedule::copies_input) {
      float* const copy = room + schedule::places.value[0];
      clear_border<vector, schedule::layouts[0]>(copy);
      copy_into<vector, schedule::layouts[0]>(copy, image);
    }
    schedule::for_each_call([&]<int J>() { execute<J>(image, room); });
    return tensor_view<float const, output_shape>(value<program_type::result>(image, room));
  }
  /// Stops the build: what is given is no image and workspace of this network.
  template <class... Given>
  requires(!runs_on<Given...>) tensor_view<float const, output_shape> run(Given&&...)
  const {
    using stopped [[maybe_unused]] =
        typename detail::fault_of_run<source::right, input_shape, workspace, Given...>::type::type;
    return tensor_view<float const, output_shape>(nullptr);
  }

 private:
  template <int V>
  [[nodiscard]] static float const* value(float const* image, float const* room) {
    if constexpr (V < 0)
      return nullptr;
    else if constexpr (V == 0 && !schedule::copies_input)
      return image;
    else
      return room + schedule::places.value[std::size_t(V)];
  }

  template <int J>
  void execute(float const* image, float* room) const {
    constexpr auto const& call = schedule::calls[std::size_t(J)];
    constexpr auto const& facts = program_type::facts[std::size_t(J)];
    using step = typename schedule::template step<J>;
    float* const out = room + schedule::places.value[std::size_t(call.value)];
    if constexpr (step::clears_border) clear_border<vector, schedule::layouts[std::size_t(call.value)]>(out);
    step::run(packed_.data() + schedule::places.packed[std::size_t(J)], value<call.source>(image, room),
              value<(call.added >= 0 ? call.added : facts.sources[1])>(image, room), out,
              room + schedule::places.scratch[std::size_t(J)]);
  }

  alignas(64) std::array<float, std::size_t(schedule::places.packed_size)> packed_{};
};

}  // namespace polyfold
