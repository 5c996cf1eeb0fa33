// Sizes that files state, in the types of this machine.
#pragma once

#include <concepts>

namespace polyfold::detail {

/// A number that is known to fit. A template, as the cast is needless, and warned of, where both types are one.
template <std::integral To>
[[nodiscard]] constexpr To narrowed(std::integral auto number) {
  return static_cast<To>(number);
}

}  // namespace polyfold::detail
