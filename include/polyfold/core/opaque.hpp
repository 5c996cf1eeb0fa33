// Hides from the optimiser where a pointer comes from.
#pragma once

#include <type_traits>

namespace polyfold::core {

/// The same pointer, of which the optimiser knows nothing: what it points to is read from memory where it is used, and what is
/// written through it is never taken for lost.
template <class Value>
[[gnu::always_inline, nodiscard]] constexpr Value* opaque(Value* at) {
#if defined(__GNUC__)
  if (!std::is_constant_evaluated()) asm("" : "+r"(at));
#endif
  return at;
}

}  // namespace polyfold::core
