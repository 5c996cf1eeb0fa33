// A trained network as a C++ header: a constant that a device keeps in flash and runs from there.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/error.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/network.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

/// What the header says around the numbers.
struct header_names {
  std::string constant;                            // of the network: digits
  std::string pipeline;                            // how its description is spelled in C++: polyfold::lenet5_small
  std::string include = "polyfold/inference.hpp";  // where that is declared
};

namespace detail {

/// The type of a network of a pipeline that is spelled `pipeline`.
template <class Network>
[[nodiscard]] std::string type_text(std::string const& pipeline) {
  if constexpr (requires { Network::rule.scales; })
    return "polyfold::network<" + pipeline +
           ", polyfold::byte_numbers{polyfold::scales_per::" + name_of(Network::rule.scales) + "}>";
  else
    return "polyfold::network<" + pipeline + ">";
}

template <int... Counts>
void write_counts(std::ostream& out, number_counts<Counts...>) {
  char const* between = "";
  ((out << std::exchange(between, ", ") << Counts), ...);
}

/// A finite number as a C++ literal that is exactly it: -0x1.8p-3f.
[[nodiscard]] inline std::string hexadecimal(float value) {
  char digits[40];
  auto const written = std::to_chars(digits, digits + sizeof digits, double(std::abs(value)), std::chars_format::hex);
  return (std::signbit(value) ? "-0x" : "0x") + std::string(digits, written.ptr) + "f";
}

}  // namespace detail

/// Writes `inline constexpr polyfold::exported_network<polyfold::network<pipeline>, ...> constant{...}`, or the same of one in_bytes;
/// float32 numbers are hexadecimal floating-point literals, so none is rounded, in any locale. The
/// header stops the build where `pipeline` has come to need more or fewer numbers. Throws `error` where one is NaN or
/// infinite, and where the file can't be written.
template <class Network>
void write_coefficient_header(std::filesystem::path const& path, Network const& net, header_names const& names) try {
  text_stream out;
  out << "// A network with its stored numbers, written by polyfold.\n//\n";
  std::istringstream description(describe<Network>());
  for (std::string line; std::getline(description, line);) out << "//   " << line << "\n";
  out << "#pragma once\n\n#include <polyfold/exported_network.hpp>\n#include <" << names.include
      << ">\n\ninline constexpr polyfold::exported_network<" << detail::type_text<Network>(names.pipeline) << ", ";
  detail::write_counts(out, typename Network::counts{});
  out << "> " << names.constant << "{{";
  auto const list = [&](auto const& values, int per_line, auto write) {
    out << "{";
    for (std::size_t i = 0; i < values.size(); ++i) {
      out << (i % std::size_t(per_line) == 0 ? "\n    " : " ");
      write(values[i]);
      out << ",";
    }
    out << "}";
  };
  char const* between = "";
  Network::for_each_array(net, [&]<class Number, std::size_t Count>(std::array<Number, Count> const& values) {
    out << std::exchange(between, ", ");
    if constexpr (std::is_same_v<Number, float>)
      list(values, 6, [&](float v) {
        if (!is_finite(v)) throw error(path, "would hold the number " + number_text(double(v)), "finite numbers");
        out << detail::hexadecimal(v);
      });
    else
      list(values, 20, [&](int v) { out << v; });
  });
  out << "}};\n";
  write_file_atomically(path, out.str());
} catch (...) {
  detail::fail_to_write(path);
}

}  // namespace polyfold
