// Numbers of 8, 16 and 32 bits in one workspace of bytes, little-endian where words of two numbers are read. In constant
// expressions, where no memory may be read as another type, they are put together from their bytes.
#pragma once

#include <cstdint>
#include <type_traits>

#include <polyfold/integers/lanes.hpp>

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
  /// Numbers i and i + 1, of 16 bits, in the lanes of a word; anywhere.
  [[gnu::always_inline, nodiscard]] constexpr unsigned two(int i) const {
    if (std::is_constant_evaluated()) return (unsigned((*this)[i]) & 0xffffu) | unsigned((*this)[i + 1]) << 16;
    unsigned word;
    __builtin_memcpy(&word, bytes_ + i * int(sizeof(Number)), 4);
    return word;
  }
  [[gnu::always_inline]] constexpr void set_two(int i, unsigned word) const {
    if (std::is_constant_evaluated()) {
      set(i, int(word & 0xffffu));
      set(i + 1, int(word >> 16));
    } else {
      __builtin_memcpy(bytes_ + i * int(sizeof(Number)), &word, 4);
    }
  }
  [[gnu::always_inline, nodiscard]] constexpr numbers_in_bytes operator+(int i) const {
    return numbers_in_bytes(bytes_ + i * int(sizeof(Number)));
  }

  [[gnu::always_inline]] friend constexpr void load_again(numbers_in_bytes& from) { load_again(from.bytes_); }

 private:
  typedef Number __attribute__((may_alias)) aliasing;
  std::uint8_t* bytes_;
};

/// `count` numbers from a row to another.
template <class Number>
constexpr void copy_numbers(numbers_in_bytes<Number> from, numbers_in_bytes<std::int16_t> to, int count) {
  for (int i = 0; i < count; ++i) to.set(i, from[i]);
}

/// Numbers that lie `Pitch` apart.
template <class Number, int Pitch>
struct spaced_numbers {
  numbers_in_bytes<Number> first;
  [[gnu::always_inline, nodiscard]] constexpr int operator[](int i) const { return first[i * Pitch]; }
  [[gnu::always_inline]] constexpr void set(int i, int value) const { first.set(i * Pitch, value); }
};

}  // namespace polyfold::integer::detail
