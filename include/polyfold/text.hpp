// Numbers as text and text as numbers, alike in every locale: what programs write here, programs read elsewhere. Neither
// std::setlocale nor std::locale::global may change a file, a table or a type's description.
#pragma once

#include <charconv>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace polyfold {

/// Text put together by <<. A stream of the standard library would group and point its numbers as the locale says.
class text_stream : public std::ostringstream {
 public:
  text_stream() { imbue(std::locale::classic()); }
};

/// A number with 6 digits at most, as << writes it: 0.004, 1e-05.
[[nodiscard]] inline std::string number_text(double value) {
  char buffer[32];
  auto const written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 6);
  return {buffer, written.ptr};
}

/// The number that `text` is from its first character to its last; nothing where it is none or out of T's range.
template <class T>
[[nodiscard]] std::optional<T> to_number(std::string_view text) {
  T value{};
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace polyfold
