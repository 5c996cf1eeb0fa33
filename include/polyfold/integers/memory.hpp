// Numbers of 8, 16 and 32 bits in one workspace of bytes, little-endian where words of two numbers are read. In constant expressions, where no memory may be read as another
// type, they are put together from their bytes.
#pragma once

#include <cstdint>
#include <type_traits>

namespace polyfold::integer::detail {

/// Numbers of type Number from `bytes` on, aligned as Number is.
template <class Number>
class numbers_in_bytes {
 public:
  constexpr explicit numbers_in_bytes(std::uint8_t* bytes) : bytes_(bytes) {}

  [[gnu::always_inline, nodiscard]] constexpr int operator[](int i) const {
    if (std::is_constant_evaluated() || sizeof(Number) == 1) {
      std::uint32_t value = 0;
      for (int b = 0; b < int(sizeof(Number)); ++b)
        value |= std::uint32_t(bytes_[i * int(sizeof(Number)) + b]) << 8 * b;
      return int(static_cast<Number>(value));
    }
    return int(reinterpret_cast<aliasing const*>(bytes_)[i]);
  }
  [[gnu::always_inline]] constexpr void set(int i, int value) const {
    if (std::is_constant_evaluated() || sizeof(Number) == 1)
      for (int b = 0; b < int(sizeof(Number)); ++b)
        bytes_[i * int(sizeof(Number)) + b] = static_cast<std::uint8_t>(std::uint32_t(value) >> 8 * b);
    else
      reinterpret_cast<aliasing*>(bytes_)[i] = static_cast<Number>(value);
  }
  /// The same memory as words of two numbers of 16 bits.
  [[gnu::always_inline, nodiscard]] constexpr numbers_in_bytes<std::uint32_t> words() const {
    return numbers_in_bytes<std::uint32_t>(bytes_);
  }
  [[gnu::always_inline, nodiscard]] constexpr numbers_in_bytes operator+(int i) const {
    return numbers_in_bytes(bytes_ + i * int(sizeof(Number)));
  }

 private:
  typedef Number __attribute__((may_alias)) aliasing;
  std::uint8_t* bytes_;
};

}  // namespace polyfold::integer::detail
