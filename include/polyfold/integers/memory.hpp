// Numbers of 8, 16 and 32 bits in one workspace of bytes, little-endian where words of two numbers are read. In constant expressions, where no memory may be read as another
// type, they are put together from their bytes.
#pragma once

#include <cstdint>
#include <type_traits>

namespace polyfold::integer::detail {

/// Numbers of type T from `bytes` on, aligned as T is.
template <class T>
class numbers_in_bytes {
 public:
  constexpr explicit numbers_in_bytes(std::uint8_t* bytes) : bytes_(bytes) {}

  [[gnu::always_inline, nodiscard]] constexpr int operator[](int i) const {
    if (std::is_constant_evaluated() || sizeof(T) == 1) {
      std::uint32_t value = 0;
      for (int b = 0; b < int(sizeof(T)); ++b) value |= std::uint32_t(bytes_[i * int(sizeof(T)) + b]) << 8 * b;
      return int(static_cast<T>(value));
    }
    return int(reinterpret_cast<aliasing const*>(bytes_)[i]);
  }
  [[gnu::always_inline]] constexpr void set(int i, int value) const {
    if (std::is_constant_evaluated() || sizeof(T) == 1)
      for (int b = 0; b < int(sizeof(T)); ++b)
        bytes_[i * int(sizeof(T)) + b] = static_cast<std::uint8_t>(std::uint32_t(value) >> 8 * b);
    else
      reinterpret_cast<aliasing*>(bytes_)[i] = static_cast<T>(value);
  }
  /// The same memory as words of two numbers of 16 bits.
  [[gnu::always_inline, nodiscard]] constexpr numbers_in_bytes<std::uint32_t> words() const {
    return numbers_in_bytes<std::uint32_t>(bytes_);
  }
  [[gnu::always_inline, nodiscard]] constexpr numbers_in_bytes operator+(int i) const {
    return numbers_in_bytes(bytes_ + i * int(sizeof(T)));
  }

 private:
  typedef T __attribute__((may_alias)) aliasing;
  std::uint8_t* bytes_;
};

}  // namespace polyfold::integer::detail
