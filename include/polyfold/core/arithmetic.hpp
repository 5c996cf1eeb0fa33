// The smaller and the larger of numbers. Not by the standard library's names, which Arduino's and Windows' headers take for
// macros of their own.
#pragma once

namespace polyfold::core {

template <class Number>
[[nodiscard]] constexpr Number smaller(Number a, Number b) {
  return b < a ? b : a;
}

template <class Number>
[[nodiscard]] constexpr Number larger(Number a, Number b) {
  return a < b ? b : a;
}
template <class Number>
[[nodiscard]] constexpr Number larger(Number a, Number b, Number c) {
  return larger(larger(a, b), c);
}

}  // namespace polyfold::core
