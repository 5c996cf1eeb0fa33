// Loops over constants: the body is compiled once for each index, which is a template argument there.
#pragma once

#include <utility>

namespace polyfold {

namespace detail {
template <int First, class F, int... I>
constexpr void for_constants(F const& f, std::integer_sequence<int, I...>) {
  (f.template operator()<First + I>(), ...);
}
}  // namespace detail

}  // namespace polyfold

namespace polyfold::core {

/// Calls f.operator()<I>() for I = First, ..., Last - 1, in order: for_constexpr<1, 4>([&]<int I>() { ... }).
template <int First, int Last, class F>
constexpr void for_constexpr(F const& f) {
  polyfold::detail::for_constants<First>(f, std::make_integer_sequence<int, Last - First>{});
}
/// The same for I = 0, ..., Count - 1.
template <int Count, class F>
constexpr void for_constexpr(F const& f) {
  polyfold::detail::for_constants<0>(f, std::make_integer_sequence<int, Count>{});
}

}  // namespace polyfold::core
