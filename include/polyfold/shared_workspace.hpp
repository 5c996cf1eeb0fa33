// Working memory that several networks share, which run one after the other: as large as the largest of them needs.
//
//   static shared_workspace<decltype(digits), decltype(letters)> memory;
//   auto const digit = digits.run(image, memory.of(digits));      // lies in the memory until the next network runs
//   auto const letter = letters.run(image, memory.of(letters));
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

#include <polyfold/core/arithmetic.hpp>

namespace polyfold {

/// The workspace of `Network` in bare memory of the caller's, which must be as large and as aligned as one.
template <class Network>
[[nodiscard]] auto& workspace_in(void* memory) {
  using workspace = typename Network::template workspace<>;
  static_assert(std::is_trivially_copyable_v<workspace>,
                "polyfold: this network's workspace must be made by its constructor");
  // Moves nothing, and makes an object of the bytes that are there.
  return *std::launder(static_cast<workspace*>(std::memmove(memory, memory, sizeof(workspace))));
}

template <class... Networks>
class shared_workspace {
  template <class Network>
  using workspace_of = typename Network::template workspace<>;

 public:
  /// The workspace of a network of one of these types. What another network has left in it is gone.
  template <class Network>
  [[nodiscard]] auto& of(Network const&) & {
    static_assert(
        (std::is_same_v<Network, std::remove_const_t<Networks>> || ...),
        "polyfold: this workspace is shared by other networks: name this one's type in shared_workspace<...>");
    return workspace_in<Network>(bytes_);
  }

 private:
  static constexpr std::size_t size = [] {
    std::size_t largest = 0;
    ((largest = core::larger(largest, sizeof(workspace_of<Networks>))), ...);
    return largest;
  }();
  alignas(workspace_of<Networks>...) std::byte bytes_[size];
};

}  // namespace polyfold
