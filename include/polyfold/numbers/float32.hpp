// A network's numbers as float32, four bytes each: what training and fitting work on.
//
// A kind of numbers is a value, the second argument of network<pipeline, numbers>, and a specialisation of stored_numbers,
// the base of that network. It has
//
//   its arrays                 all that is stored, as public members
//   counts                     how many numbers each of them holds: number_counts<...>
//   for_each_array(net, visit) calls visit(array) for each
//   workspace_size             scalars of working memory of an inference
//   run_program(image, room)   runs one image, or several side by side; returns where the result lies
//   visit_layer<I>(net, visit) calls visit(name, elements) for each array, in order, with the part of layer I
//   add_cost<I>(cost)          adds what storing the numbers of layer I so costs
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <polyfold/core/cost.hpp>
#include <polyfold/fold/whole_maps.hpp>

namespace polyfold {

struct float32_numbers {
  friend constexpr bool operator==(float32_numbers const&, float32_numbers const&) = default;
};
inline constexpr float32_numbers in_floats{};

/// How many numbers each array of a kind of numbers holds.
template <int... Counts>
struct number_counts {};

/// Numbers of a network with this structure (layers/network_structure.hpp). Stops the build: there is no such kind.
template <class Structure, auto Numbers>
struct stored_numbers : stored_numbers<Structure, in_floats> {
  static_assert(std::is_same_v<decltype(Numbers), float32_numbers>,
                "polyfold: a network's second argument says how its numbers are stored: in_floats or in_bytes");
};

namespace detail {
/// The part of an array that belongs to a layer.
template <class Array>
[[nodiscard]] auto part_of(Array& values, int first, int end) {
  return std::span(values).subspan(std::size_t(first), std::size_t(end - first));
}
}  // namespace detail

template <class Structure>
struct stored_numbers<Structure, in_floats> {
  using program_type = typename Structure::program_type;

  /// Layer by layer: coefficients, then biases, in the basis that inference uses.
  std::array<float, std::size_t(program_type::numbers)> numbers{};
  /// Index maps of arranged layers.
  std::array<std::uint8_t, std::size_t(program_type::map_bytes)> maps{};

  using counts = number_counts<program_type::numbers, program_type::map_bytes>;
  static constexpr int workspace_size = program_type::inference.size;

  template <class Network, class Visit>
  static void for_each_array(Network& net, Visit visit) {
    visit(net.numbers);
    visit(net.maps);
  }

  template <int I, class Network, class Visit>
  static void visit_layer(Network& net, Visit visit) {
    visit("numbers", detail::part_of(net.numbers, Structure::first_number(I), Structure::first_number(I + 1)));
    visit("map", detail::part_of(net.maps, Structure::first_map_byte(I), Structure::first_map_byte(I + 1)));
  }

 protected:
  template <int I>
  static constexpr void add_cost(cost&) {}

  template <class Scalar>
  [[nodiscard]] Scalar const* run_program(Scalar const* image, Scalar* room) const {
    program_type::for_each_step([&]<int J>() {
      constexpr auto const& facts = program_type::facts[std::size_t(J)];
      detail::run_step<program_type, J>(image, room, numbers.data() + facts.first_number,
                                        maps.data() + facts.first_map_byte);
    });
    return detail::value_of<program_type, program_type::result>(image, room);
  }
};

}  // namespace polyfold
