// The type of the constant in a header of coefficients (io/coefficient_header.hpp): a network that is made of as many
// numbers as its description has. A description that was changed since the header was written stops the build.
//
//   inline constexpr exported_network<network<digits>, 1014, 0> net{{...}, {...}};
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include <polyfold/network.hpp>
#include <polyfold/quantised_network.hpp>

namespace polyfold {

/// How many numbers of each kind a network is made of: of a network its numbers and the bytes of its index maps, of a
/// quantised_network codes, scales, float32 numbers and bytes of index maps.
template <int... Counts>
struct number_counts {};

namespace detail {

template <class Network>
struct counts_of;
template <auto Pipeline>
struct counts_of<network<Pipeline>> {
  using net = network<Pipeline>;
  static constexpr bool right = net::right;
  using type = number_counts<net::program_type::numbers, net::program_type::map_bytes>;
};
template <auto Pipeline, quantisation Rule>
struct counts_of<quantised_network<Pipeline, Rule>> {
  using net = quantised_network<Pipeline, Rule>;
  static constexpr bool right = net::float_network::right;
  using type = number_counts<net::first_code(net::layers), net::first_scale(net::layers), net::first_exact(net::layers),
                             net::first_map_byte(net::layers)>;
};

/// What a header with other numbers declares, so that nothing else is reported.
template <class Network>
struct network_without_its_numbers : Network {
  using list_of_bytes = std::initializer_list<std::uint8_t>;
  constexpr network_without_its_numbers(std::initializer_list<float>, list_of_bytes) {}
  constexpr network_without_its_numbers(std::initializer_list<std::int8_t>, list_of_bytes, std::initializer_list<float>,
                                        list_of_bytes) {}
};

/// Does not compile: the sentence for a header with other numbers. Its `type` is named and not used.
template <class Network, class Has, class Needs>
struct wrong_header {
  using type = void;
  static_assert(std::is_same_v<Has, Needs>,
                "polyfold: this header was written of another network than it names now: wrong_header<...> in this "
                "message says how many numbers it has and how many the network needs; write it again");
};

/// What a header declares. A function, as clang does without what a class with an error in it names.
template <class Network, class Has>
consteval auto exported() {
  using needs = typename counts_of<Network>::type;
  if constexpr (!counts_of<Network>::right) {
    return std::type_identity<network_without_its_numbers<Network>>{};
  } else if constexpr (!std::is_same_v<Has, needs>) {
    using stopped [[maybe_unused]] = typename wrong_header<Network, Has, needs>::type;
    return std::type_identity<network_without_its_numbers<Network>>{};
  } else {
    return std::type_identity<Network>{};
  }
}

}  // namespace detail

/// `Network`, a network or quantised_network, if it is made of so many numbers; else the build stops.
template <class Network, int... Counts>
using exported_network = typename decltype(detail::exported<Network, number_counts<Counts...>>())::type;

}  // namespace polyfold
