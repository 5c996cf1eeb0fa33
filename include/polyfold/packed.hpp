// packed: the schedule for a SIMD unit. Same results as over whole maps, up to the order of the additions; same interface; no
// allocation and no global state.
//
//   using fast_network = network<digits, in_floats, packed>;
//   static fast_network const fast{net};            // weights in the kernels' order; `net` is no more needed
//   static fast_network::workspace<> workspace;
//   auto logits = fast.run(image, workspace);
//
// Numbers of any kind are packed as floats. Needs xsimd. Compile for the processor (-march=native or the like): the instruction
// set is part of the schedule, and so of the network's type.
#pragma once

#include <array>
#include <type_traits>

#include <polyfold/network.hpp>
#include <polyfold/simd/packed_program.hpp>

namespace polyfold::schedules {

template <class Arch>
struct packed_schedule : schedule {
  friend constexpr bool operator==(packed_schedule const&, packed_schedule const&) = default;
};
/// Working memory of kernels, which read whole cache lines.
template <class Scalar, int Size>
struct alignas(64) aligned_workspace {
  using value_type = Scalar;
  std::array<Scalar, std::size_t(Size)> values;
  [[nodiscard]] Scalar* data() & { return values.data(); }
  Scalar* data() && = delete;  // of a temporary, which takes the memory with it
};

namespace detail {
template <class Given, class Source>
inline constexpr bool is_packed_from = std::is_convertible_v<Given const&, Source const&>;

/// The numbers of a network in the order in which the kernels of `Program`, a packed_program, read them.
template <class Stored, class Program>
class packed_numbers {
 public:
  packed_numbers() = default;
  packed_numbers(Stored const& net) { pack(net); }
  /// Stops the build: what is given is no network of this description and kind of numbers.
  template <class Other>
  requires(!std::is_base_of_v<Stored, Other> && !std::is_base_of_v<packed_numbers, Other>)
      packed_numbers(Other const& net) {
    pack(net);
  }

  /// Takes over the numbers of `net`.
  void pack(Stored const& net) {
    Program::for_each_call([&]<int J>() { pack_step<J>(net.template numbers_of<J>(), net.maps.data()); });
  }
  /// The same from bare memory: what `parameters` and `maps` of a network of floats hold.
  void pack(float const* parameters, std::uint8_t const* maps) {
    Program::for_each_call([&]<int J>() { pack_step<J>(parameters + Program::facts[J].first_parameter, maps); });
  }
  template <class Other>
  requires(!std::is_base_of_v<Stored, Other>) void pack(Other const&) {
    static_assert(is_packed_from<Other, Stored>,
                  "polyfold: a packed network packs a network of the same description and kind of numbers, and this is "
                  "another type");
  }

  /// Those of step `step`.
  [[nodiscard]] float const* packed_of(int step) const { return packed_.data() + Program::places.packed[step]; }

 private:
  template <int J, class Pointer>
  void pack_step(Pointer parameters, std::uint8_t const* maps) {
    Program::template step<J>::pack(parameters, maps + Program::facts[J].first_map_byte,
                                    packed_.data() + Program::places.packed[J]);
  }

  alignas(64) std::array<float, std::size_t(Program::places.packed_size)> packed_{};
};
}  // namespace detail

template <class Structure, auto Numbers, class Arch>
struct engine<Structure, Numbers, packed_schedule<Arch>> {
  using vector = simd::simd_vector<Arch>;
  using source = typename Structure::program_type;
  using program_type = simd::packed_program<source, vector>;
  using parameters = polyfold::storage::stored_parameters<Structure, Numbers>;
  using storage = detail::packed_numbers<parameters, program_type>;

  using scalar = float;
  static constexpr int workspace_size = program_type::places.size;
  template <class Scalar>
  static constexpr bool takes = std::is_same_v<Scalar, float>;
  template <class Scalar>
  using workspace = aligned_workspace<Scalar, workspace_size>;
  template <class Scalar>
  using memory_unit = Scalar;
  template <class Workspace>
  [[nodiscard]] static constexpr auto* memory_of(Workspace& workspace) {
    return workspace.data();
  }

  /// The image and the memory may be aligned or not.
  [[nodiscard]] static float const* run(storage const& held, float const* image, float* workspace) {
    if constexpr (program_type::copies_input) {
      float* const copy = workspace + program_type::places.value[0];
      simd::clear_border<vector, program_type::layouts[0]>(copy);
      simd::copy_into<vector, program_type::layouts[0]>(copy, image);
    }
    program_type::for_each_call([&]<int J>() { execute<J>(held, image, workspace); });
    return value<source::result>(image, workspace);
  }

 private:
  template <int V>
  [[nodiscard]] static float const* value(float const* image, float const* workspace) {
    if constexpr (V < 0)
      return nullptr;
    else if constexpr (V == 0 && !program_type::copies_input)
      return image;
    else
      return workspace + program_type::places.value[V];
  }

  template <int J>
  static void execute(storage const& held, float const* image, float* workspace) {
    constexpr auto const& call = program_type::calls[J];
    constexpr auto const& facts = source::facts[J];
    using step = typename program_type::template step<J>;
    float* const out = workspace + program_type::places.value[call.value];
    if constexpr (step::clears_border) simd::clear_border<vector, program_type::layouts[call.value]>(out);
    step::run(held.packed_of(J), value<call.source>(image, workspace),
              value<(call.added >= 0 ? call.added : facts.sources[1])>(image, workspace), out,
              workspace + program_type::places.scratch[J]);
  }
};

}  // namespace polyfold::schedules

namespace polyfold {

/// For an instruction set of xsimd's, xsimd::avx2 say.
template <class Arch>
inline constexpr schedules::packed_schedule<Arch> packed_for{};
/// For the one that the compiler was asked for. Not inline: each file of a program may have its own.
constexpr schedules::packed_schedule<xsimd::default_arch> packed{};

}  // namespace polyfold
