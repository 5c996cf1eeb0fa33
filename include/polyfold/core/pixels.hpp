// Pixels of 8 bits, as a camera gives them, read as the numbers 0 to 255.
#pragma once

#include <cstdint>
#include <type_traits>

namespace polyfold::core {

/// What pixels are read through as scalars of a network.
template <class Scalar>
class pixel_pointer {
 public:
  constexpr pixel_pointer() = default;
  constexpr explicit pixel_pointer(std::uint8_t const* at) : at_(at) {}
  [[gnu::always_inline, nodiscard]] constexpr Scalar operator[](int i) const { return Scalar(float(at_[i])); }
  [[gnu::always_inline, nodiscard]] constexpr Scalar operator*() const { return (*this)[0]; }
  [[gnu::always_inline, nodiscard]] constexpr pixel_pointer operator+(int i) const { return pixel_pointer(at_ + i); }
  /// Nothing that is written lies over pixels.
  [[nodiscard]] friend constexpr bool operator==(Scalar const*, pixel_pointer) { return false; }

 private:
  std::uint8_t const* at_ = nullptr;
};

/// What images of Pixel are read through by a network that runs on Scalar.
template <class Scalar, class Pixel>
using image_pointer = std::conditional_t<std::is_same_v<Pixel, std::uint8_t>, pixel_pointer<Scalar>, Scalar const*>;

}  // namespace polyfold::core
