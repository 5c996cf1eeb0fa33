// Named arrays of numbers, as files of trained weights hold them: what the readers of npz, safetensors and ONNX return.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/failure.hpp>

namespace polyfold {

static_assert(
    std::endian::native == std::endian::little,
    "polyfold: files hold the bytes of numbers in little-endian order, and they are read and written as they are");

/// Element types. A file with another one is refused.
enum class dtype { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

namespace detail {

struct dtype_entry {
  dtype type;
  std::string_view name;  // as safetensors spell it
  std::size_t bytes;
};

inline constexpr std::array<dtype_entry, 13> dtypes{{{dtype::boolean, "BOOL", 1},
                                                     {dtype::u8, "U8", 1},
                                                     {dtype::i8, "I8", 1},
                                                     {dtype::u16, "U16", 2},
                                                     {dtype::i16, "I16", 2},
                                                     {dtype::f16, "F16", 2},
                                                     {dtype::bf16, "BF16", 2},
                                                     {dtype::u32, "U32", 4},
                                                     {dtype::i32, "I32", 4},
                                                     {dtype::f32, "F32", 4},
                                                     {dtype::u64, "U64", 8},
                                                     {dtype::i64, "I64", 8},
                                                     {dtype::f64, "F64", 8}}};

constexpr dtype_entry const& entry_of(dtype type) { return dtypes[static_cast<std::size_t>(type)]; }

template <class T>
constexpr dtype dtype_for() {
  if constexpr (std::is_same_v<T, float>)
    return dtype::f32;
  else if constexpr (std::is_same_v<T, double>)
    return dtype::f64;
  else if constexpr (std::is_same_v<T, bool>)
    return dtype::boolean;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return dtype::u8;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return dtype::i8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return dtype::u16;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return dtype::i16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return dtype::u32;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return dtype::i32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return dtype::u64;
  else {
    static_assert(std::is_same_v<T, std::int64_t>, "polyfold: a tensor holds no elements of this C++ type");
    return dtype::i64;
  }
}

}  // namespace detail

/// Bytes of one element.
[[nodiscard]] constexpr std::size_t dtype_bytes(dtype type) { return detail::entry_of(type).bytes; }
/// The type's name: "F32", "U8", ...
[[nodiscard]] constexpr std::string_view dtype_name(dtype type) { return detail::entry_of(type).name; }

/// One named array. `bytes` holds the elements as in the file: little endian, the last dimension running fastest.
struct stored_tensor {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> shape;  ///< sizes; empty for a single number
  std::vector<std::byte> bytes;     ///< product of `shape` times dtype_bytes(type)
};

/// What a file holds.
struct tensor_file {
  std::map<std::string, std::string> metadata;  ///< free text, where the format has it
  std::vector<stored_tensor> tensors;           ///< names are unique
  bool ordered = false;                         ///< whether the tensors stand in the order that their writer chose

  /// The tensor of this name, or nullptr.
  [[nodiscard]] stored_tensor const* find(std::string_view name) const& {
    auto const found = std::find_if(tensors.begin(), tensors.end(), [&](auto const& t) { return t.name == name; });
    return found == tensors.end() ? nullptr : &*found;
  }
  stored_tensor const* find(std::string_view name) const&& = delete;  // of a temporary, which takes the tensors with it
};

namespace detail {

/// Bytes of a tensor of this shape; nothing where a size is negative or the product does not fit.
inline std::optional<std::uint64_t> tensor_bytes(std::span<std::int64_t const> shape, dtype type) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 62U;
  std::uint64_t total = dtype_bytes(type);
  // A size of 0 makes the product 0, but must not hide an absurd size elsewhere.
  bool empty = false;
  for (std::int64_t const size : shape) {
    if (size < 0) return std::nullopt;
    empty = empty || size == 0;
    auto const factor = static_cast<std::uint64_t>(size == 0 ? 1 : size);
    if (total > limit / factor) return std::nullopt;
    total *= factor;
  }
  return empty ? 0 : total;
}

inline std::string shape_text(std::span<std::int64_t const> shape) {
  std::string text;
  for (std::int64_t const size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

/// A file may name a tensor anything: shortened for messages.
inline std::string tensor_text(std::string const& name) {
  return "tensor '" + (name.size() <= 100 ? name : name.substr(0, 100) + "...") + "'";
}

}  // namespace detail

/// A tensor from C++ numbers: float, double, bool or a fixed-width integer. Throws `failure` where `shape` does not hold
/// as many elements as `values`.
template <class T>
stored_tensor make_tensor(std::string name, std::vector<std::int64_t> shape, std::span<T const> values) {
  stored_tensor result{std::move(name), detail::dtype_for<T>(), std::move(shape),
                       std::vector<std::byte>(values.size_bytes())};
  if (detail::tensor_bytes(result.shape, result.type) != values.size_bytes()) {
    throw failure(detail::tensor_text(result.name) + " of shape " + detail::shape_text(result.shape) + " was given " +
                  std::to_string(values.size()) + " values.");
  }
  if (!values.empty()) std::memcpy(result.bytes.data(), values.data(), values.size_bytes());
  return result;
}

/// The elements of a tensor as C++ numbers. Throws `failure` where the tensor's dtype is another one: nothing is
/// converted.
template <class T>
std::vector<T> tensor_values(stored_tensor const& tensor) {
  static_assert(!std::is_same_v<T, bool>, "read BOOL tensors from their bytes");
  if (tensor.type != detail::dtype_for<T>()) {
    throw failure(detail::tensor_text(tensor.name) + " holds " + std::string(dtype_name(tensor.type)) + "; expected " +
                  std::string(dtype_name(detail::dtype_for<T>())) + ".");
  }
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(T));
  return values;
}

namespace detail {

/// A tensor with its axes in another order: axis i of the result is axis order[i].
inline stored_tensor permute_axes(stored_tensor const& t, std::span<std::int64_t const> order) {
  std::size_t const rank = t.shape.size();
  std::vector<std::size_t> strides(rank, 1);
  for (std::size_t d = rank; d-- > 1;) strides[d - 1] = strides[d] * static_cast<std::size_t>(t.shape[d]);
  stored_tensor result{t.name, t.type, {}, std::vector<std::byte>(t.bytes.size())};
  std::vector<std::size_t> steps;
  for (std::int64_t const axis : order) {
    result.shape.push_back(t.shape[static_cast<std::size_t>(axis)]);
    steps.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  std::size_t const width = dtype_bytes(t.type);
  std::vector<std::int64_t> at(rank, 0);
  std::size_t from = 0;
  for (std::size_t to = 0; to < result.bytes.size(); to += width) {
    std::memcpy(result.bytes.data() + to, t.bytes.data() + from * width, width);
    for (std::size_t d = rank; d-- > 0;) {
      from += steps[d];
      if (++at[d] < result.shape[d]) break;
      from -= steps[d] * static_cast<std::size_t>(result.shape[d]);
      at[d] = 0;
    }
  }
  return result;
}

/// IEEE 754 half precision: 1 sign bit, 5 bits of exponent, 10 of fraction.
inline float float_of_half(std::uint16_t half) {
  int const exponent = half >> 10 & 0x1f;
  float const fraction = float(half & 0x3ff);
  float const sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  if (exponent == 0x1f)  // infinite or NaN, by its bits: see is_finite.hpp
    return std::bit_cast<float>((half & 0x8000U) << 16U | 0x7f800000U | (half & 0x3ffU) << 13U);
  return sign * std::ldexp(fraction + 1024, exponent - 25);
}

/// bfloat16: the upper half of a float32.
inline float float_of_bfloat(std::uint16_t upper) { return std::bit_cast<float>(std::uint32_t{upper} << 16U); }

}  // namespace detail

[[nodiscard]] constexpr bool is_floating(dtype type) {
  return type == dtype::f16 || type == dtype::bf16 || type == dtype::f32 || type == dtype::f64;
}

/// The elements of a tensor of any floating type as float32, F64 rounded. Throws `failure` for other types.
inline std::vector<float> tensor_floats(stored_tensor const& tensor) {
  if (tensor.type == dtype::f32) return tensor_values<float>(tensor);
  std::size_t const width = dtype_bytes(tensor.type);
  std::vector<float> values(tensor.bytes.size() / width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::byte const* const from = tensor.bytes.data() + i * width;
    if (tensor.type == dtype::f64) {
      double value;
      std::memcpy(&value, from, sizeof value);
      values[i] = static_cast<float>(value);
    } else if (tensor.type == dtype::f16 || tensor.type == dtype::bf16) {
      std::uint16_t value;
      std::memcpy(&value, from, sizeof value);
      values[i] = tensor.type == dtype::f16 ? detail::float_of_half(value) : detail::float_of_bfloat(value);
    } else {
      throw failure(detail::tensor_text(tensor.name) + " holds " + std::string(dtype_name(tensor.type)) +
                    "; expected F16, BF16, F32 or F64.");
    }
  }
  return values;
}

}  // namespace polyfold
