// A trained network as a C++ header: a constant that a device keeps in flash and runs from there.
#pragma once

#include <cstdio>
#include <filesystem>
#include <span>
#include <sstream>
#include <string>

#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

/// What the header says around the numbers.
struct header_names {
  std::string constant;                            // of the network: digits
  std::string pipeline;                            // how its description is spelled in C++: polyfold::lenet5_small
  std::string include = "polyfold/inference.hpp";  // where that is declared
};

/// Writes `inline constexpr polyfold::network<pipeline> constant{...}`; the numbers are hexadecimal floating-point
/// literals, so none is rounded. Throws `error` where the file can't be written.
template <class Network>
void write_coefficient_header(std::filesystem::path const& path, Network const& net, header_names const& names) {
  std::ostringstream out;
  out << "// A network with its stored numbers, written by polyfold.\n//\n";
  std::istringstream description(describe<Network>());
  for (std::string line; std::getline(description, line);) out << "//   " << line << "\n";
  out << "#pragma once\n\n#include <" << names.include << ">\n\ninline constexpr polyfold::network<" << names.pipeline
      << "> " << names.constant << "{";
  auto const list = [&](auto const& values, int per_line, auto write) {
    out << "{";
    for (std::size_t i = 0; i < values.size(); ++i) {
      out << (i % std::size_t(per_line) == 0 ? "\n    " : " ");
      write(values[i]);
      out << ",";
    }
    out << "}";
  };
  list(net.numbers, 6, [&](float v) {
    char text[40];
    std::snprintf(text, sizeof text, "%af", double(v));
    out << text;
  });
  out << ", ";
  list(net.maps, 20, [&](std::uint8_t v) { out << int(v); });
  out << "};\n";
  std::string const text = out.str();
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace polyfold
