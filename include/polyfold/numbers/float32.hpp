// A network's parameters as float32, four bytes each: what training and fitting work on.
//
// A kind of numbers is a value of a type that is a number_kind, the second argument of network<pipeline, numbers>, and a
// specialisation of stored_parameters, the base of that network. It has
//
//   its arrays                 all that is stored, as public members
//   counts                     how many numbers each of them holds: array_sizes<...>
//   for_each_array(net, visit) calls visit(array) for each
//   visit_layer<I>(net, visit) calls visit(name, elements) for each array, in order, with the part of layer I
//   add_cost<I>(cost)          adds what storing the numbers of layer I so costs
//
// and for schedules that run operations on scalars:
//
//   least_beside<J>(filters), beside<J>(free)
//                              scalars of working memory that step J takes beside its maps: at least, for so many filters at a
//                              time, and where `free` are
//   run_step(at)               runs the step that `at` gives memory for (schedules/whole_maps.hpp)
//   numbers_of<J>()            the stored parameters of step J, as a pointer or what is indexed like one
//   maps                       the index maps of all steps
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <polyfold/core/cost.hpp>

namespace polyfold::storage {

/// A kind of numbers says whether it runs in integers, or on scalars.
template <class Kind>
concept number_kind = requires {
  Kind::integers;
};

}  // namespace polyfold::storage

namespace polyfold {

struct float32_numbers {
  static constexpr bool integers = false;
  friend constexpr bool operator==(float32_numbers const&, float32_numbers const&) = default;
};
inline constexpr float32_numbers in_floats{};

}  // namespace polyfold

namespace polyfold::storage {

/// How many numbers each array of a kind of numbers holds.
template <int... Counts>
struct array_sizes {};

/// Numbers of a network with this structure (layers/network_structure.hpp).
template <class Structure, auto Numbers>
struct stored_parameters;

namespace detail {
/// The sentence for a network that cannot have this kind of numbers; none where it can.
template <class Stored>
struct fault_of_numbers {
  using type = std::type_identity<void>;
};
/// Stops the build there.
template <class Stored>
consteval bool check_numbers() {
  using stopped [[maybe_unused]] = typename fault_of_numbers<Stored>::type::type;
  return true;
}

/// The part of an array that belongs to a layer.
template <class Array>
[[nodiscard]] auto part_of(Array& values, int first, int end) {
  return std::span(values).subspan(std::size_t(first), std::size_t(end - first));
}
}  // namespace detail

template <class Structure>
struct stored_parameters<Structure, in_floats> {
  using program_type = typename Structure::program_type;

  /// Layer by layer: coefficients, then biases, in the basis that inference uses.
  std::array<float, std::size_t(program_type::parameters)> parameters{};
  /// Index maps of arranged layers.
  std::array<std::uint8_t, std::size_t(program_type::map_bytes)> maps{};

  using counts = array_sizes<program_type::parameters, program_type::map_bytes>;

  template <class Network, class Visit>
  static void for_each_array(Network& net, Visit visit) {
    visit(net.parameters);
    visit(net.maps);
  }

  template <int I, class Network, class Visit>
  static void visit_layer(Network& net, Visit visit) {
    visit("numbers", detail::part_of(net.parameters, Structure::first_parameter(I), Structure::first_parameter(I + 1)));
    visit("map", detail::part_of(net.maps, Structure::first_map_byte(I), Structure::first_map_byte(I + 1)));
  }

  template <int I>
  static constexpr void add_cost(cost&) {}

  template <int J>
  [[nodiscard]] static constexpr int least_beside(int) {
    return 0;
  }
  template <int J>
  [[nodiscard]] static constexpr int beside(int) {
    return 0;
  }
  template <int J>
  [[nodiscard]] float const* numbers_of() const {
    return parameters.data() + program_type::facts[J].first_parameter;
  }
  template <class At>
  void run_step(At const& at) const {
    at.run(numbers_of<At::step>(), maps.data() + At::facts.first_map_byte);
  }
};

}  // namespace polyfold::storage
