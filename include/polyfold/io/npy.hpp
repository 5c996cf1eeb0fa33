// The header of a .npy array, as NumPy writes it: the bytes "\x93NUMPY", a version (1.0, 2.0 or 3.0), the length of the
// text that follows (two bytes in version 1, else four, little endian) and the text, a Python dictionary:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (6, 1, 5, 5), }
//
// The elements come next, in C order or, where fortran_order says so, with the first dimension running fastest.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <polyfold/io/tensors.hpp>

namespace polyfold::io {

struct npy_header {
  dtype type = dtype::f32;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

}  // namespace polyfold::io

namespace polyfold {

namespace detail {

/// NumPy's name of an element type; nothing for those that are no plain little-endian numbers. bfloat16, which NumPy
/// itself does not know, is written as two bytes of no type.
[[nodiscard]] inline std::optional<dtype> dtype_of_descr(std::string_view descr) {
  constexpr std::array<std::pair<std::string_view, dtype>, 14> known{{{"|b1", dtype::boolean},
                                                                      {"|u1", dtype::u8},
                                                                      {"|i1", dtype::i8},
                                                                      {"<u2", dtype::u16},
                                                                      {"<i2", dtype::i16},
                                                                      {"<f2", dtype::f16},
                                                                      {"|V2", dtype::bf16},
                                                                      {"<V2", dtype::bf16},
                                                                      {"<u4", dtype::u32},
                                                                      {"<i4", dtype::i32},
                                                                      {"<f4", dtype::f32},
                                                                      {"<u8", dtype::u64},
                                                                      {"<i8", dtype::i64},
                                                                      {"<f8", dtype::f64}}};
  for (auto const& [name, type] : known)
    if (name == descr) return type;
  return std::nullopt;
}

/// What an element type that is refused might be.
[[nodiscard]] inline std::string descr_text(std::string_view descr) {
  std::string const quoted = "'" + std::string(descr.substr(0, 100)) + "'";
  if (descr.starts_with('>')) return quoted + ", which is big endian";
  if (descr.find('O') != descr.npos) return quoted + ", which is pickled Python objects";
  return quoted;
}

/// Reads the dictionary of a .npy header. Every member returns false or nothing where the text is not as it should be.
class npy_dictionary {
 public:
  explicit npy_dictionary(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool accept(char wanted) {
    skip_spaces();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_end() {
    skip_spaces();
    return rest_.empty();
  }
  [[nodiscard]] std::optional<std::string_view> quoted() {
    skip_spaces();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    std::size_t const end = rest_.find(rest_.front(), 1);
    if (end == rest_.npos) return std::nullopt;
    std::string_view const text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  [[nodiscard]] std::optional<bool> boolean() {
    skip_spaces();
    for (bool const value : {true, false}) {
      std::string_view const word = value ? "True" : "False";
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    return std::nullopt;
  }
  /// (), (3,) or (6, 1, 5, 5): sizes from 0 on.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> tuple() {
    std::vector<std::int64_t> sizes;
    if (!accept('(')) return std::nullopt;
    bool comma = true;
    while (!accept(')')) {
      std::int64_t size = -1;
      skip_spaces();
      auto const [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (!comma || failed != std::errc() || size < 0) return std::nullopt;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      sizes.push_back(size);
      comma = accept(',');
    }
    // (3) is a number in Python, not a tuple.
    if (sizes.size() == 1 && !comma) return std::nullopt;
    return sizes;
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

}  // namespace detail

}  // namespace polyfold

namespace polyfold::io {

/// The text of a .npy header. Throws `failure` (without a place, which the caller knows) where it is not a dictionary of
/// just descr, fortran_order and shape, where elements are no plain little-endian numbers, and for impossible shapes.
[[nodiscard]] inline npy_header parse_npy_header(std::string_view text) {
  auto const malformed = [](std::string const& what) {
    return failure("its header " + what + "; expected a dictionary of descr, fortran_order and shape.");
  };
  polyfold::detail::npy_dictionary dictionary(text);
  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
  if (!dictionary.accept('{')) throw malformed("does not begin with '{'");
  while (!dictionary.accept('}')) {
    std::optional<std::string_view> const key = dictionary.quoted();
    if (!key || !dictionary.accept(':')) throw malformed("holds something that is no 'name': value");
    std::string const name(key->substr(0, 100));
    if ((key == "descr" && descr) || (key == "fortran_order" && fortran_order) || (key == "shape" && shape))
      throw malformed("holds '" + name + "' twice");
    if (key == "descr") {
      descr = dictionary.quoted();
      if (!descr) throw failure("it is an array of records; expected one of numbers.");
    } else if (key == "fortran_order") {
      fortran_order = dictionary.boolean();
      if (!fortran_order) throw malformed("has a fortran_order that is neither True nor False");
    } else if (key == "shape") {
      shape = dictionary.tuple();
      if (!shape) throw malformed("has a shape that is no tuple of sizes");
    } else {
      throw malformed("holds '" + name + "'");
    }
    if (!dictionary.accept(',')) {
      if (!dictionary.accept('}')) throw malformed("is not closed by '}'");
      break;
    }
  }
  if (!dictionary.at_end()) throw malformed("goes on after '}'");
  if (!descr || !fortran_order || !shape) throw malformed("lacks one of its three fields");

  std::optional<dtype> const type = polyfold::detail::dtype_of_descr(*descr);
  if (!type)
    throw failure("it has the element type " + polyfold::detail::descr_text(*descr) +
                  "; expected little-endian numbers such as '<f4', '<f8', '<f2' or '<i8'.");
  if (shape->size() > 32 || !polyfold::detail::tensor_bytes(*shape, *type))
    throw failure("it has the shape " + polyfold::detail::shape_text(*shape) +
                  "; expected a size that fits into memory.");
  return {*type, *fortran_order, std::move(*shape)};
}

}  // namespace polyfold::io
