// The type of the constant in a header of coefficients (io/coefficient_header.hpp): a network that is made of as many
// numbers as its description has. A description that was changed since the header was written stops the build.
//
//   inline constexpr exported_network<network<digits>, 1014, 0> net{{{...}, {...}}};
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

/// What a header with other numbers declares, so that nothing else is reported.
template <class Network>
struct network_without_its_numbers : Network {
  struct arrays {
    using list_of_bytes = std::initializer_list<std::uint8_t>;
    constexpr arrays(std::initializer_list<float>, list_of_bytes) {}
    constexpr arrays(std::initializer_list<std::int8_t>, list_of_bytes, std::initializer_list<float>, list_of_bytes) {}
    constexpr arrays(std::initializer_list<std::int8_t>, std::initializer_list<std::int32_t>,
                     std::initializer_list<std::int16_t>, list_of_bytes, list_of_bytes, list_of_bytes,
                     std::initializer_list<float>) {}
  };
  constexpr network_without_its_numbers(arrays) {}
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
  using needs = typename Network::counts;
  if constexpr (!Network::right) {
    return std::type_identity<network_without_its_numbers<Network>>{};
  } else if constexpr (!std::is_same_v<Has, needs>) {
    using stopped [[maybe_unused]] = typename wrong_header<Network, Has, needs>::type;
    return std::type_identity<network_without_its_numbers<Network>>{};
  } else {
    return std::type_identity<Network>{};
  }
}

}  // namespace detail

/// `Network` if its arrays hold so many numbers; else the build stops.
template <class Network, int... Counts>
using exported_network = typename decltype(detail::exported<Network, storage::array_sizes<Counts...>>())::type;

/// Whether `net` makes of the images, one behind the other, what it made of them on another machine: integers to the last
/// bit; floats, whose sums compilers may fuse, within a ten-thousandth of the largest.
template <class Network, class Workspace, class Pixel, std::size_t Pixels, class Output, std::size_t Outputs>
[[nodiscard]] constexpr bool reproduces(Network const& net, Workspace& workspace,
                                        std::array<Pixel, Pixels> const& images,
                                        std::array<Output, Outputs> const& expected) {
  constexpr auto size = std::size_t(Network::input_shape.size());
  constexpr auto results = std::size_t(Network::output_shape.size());
  static_assert(Pixels % size == 0 && Outputs % results == 0 && Pixels / size == Outputs / results);
  Output allowed = 0;
  if constexpr (std::is_same_v<Output, float>) {
    for (float const x : expected) allowed = core::larger(allowed, x < 0 ? -x : x);
    allowed *= 1e-4f;
  }
  for (std::size_t i = 0; i < Pixels / size; ++i) {
    auto const result = net.run(tensor_view<Pixel const, Network::input_shape>(images.data() + i * size), workspace);
    for (std::size_t k = 0; k < results; ++k) {
      auto const off = result[int(k)] - expected[i * results + k];
      if (!(off <= allowed && -off <= allowed)) return false;
    }
  }
  return true;
}

}  // namespace polyfold
