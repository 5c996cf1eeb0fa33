// std::array for sizes and indices that are ints, as all of shapes, steps and layers are.
#pragma once

#include <cstddef>

namespace polyfold::core {

/// An aggregate, and a value that can be the argument of a template where its elements can.
template <class Element, int Count>
struct fixed_array {
  static_assert(Count >= 0);
  Element elements[std::size_t(Count > 0 ? Count : 1)];

  [[nodiscard]] static constexpr int size() { return Count; }
  [[nodiscard]] constexpr Element* data() { return elements; }
  [[nodiscard]] constexpr Element const* data() const { return elements; }
  [[nodiscard]] constexpr Element* begin() { return elements; }
  [[nodiscard]] constexpr Element const* begin() const { return elements; }
  [[nodiscard]] constexpr Element* end() { return elements + Count; }
  [[nodiscard]] constexpr Element const* end() const { return elements + Count; }
  [[nodiscard]] constexpr Element& operator[](int i) { return elements[i]; }
  [[nodiscard]] constexpr Element const& operator[](int i) const { return elements[i]; }
  [[nodiscard]] constexpr Element const& back() const { return elements[Count - 1]; }

  friend constexpr bool operator==(fixed_array const&, fixed_array const&) = default;
};

}  // namespace polyfold::core
