// A trained network for programs in C: beside its coefficient header (coefficient_header.hpp) a header in C99 with the sizes
// as macros and three functions, and the file in C++20 behind them.
//
//   write_c_interface("digits.hpp", net, {.constant = "digits", .pipeline = "my::digits", .include = "my.hpp"}, samples);
//
//   #include "digits.h"                           // and digits.cpp is compiled into the program
//   static digits_workspace workspace;
//   if (digits_self_test(&workspace)) shown = digits_classify(image, &workspace);
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <polyfold/failure.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

namespace detail {

/// ASCII alone, whatever the locale.
[[nodiscard]] inline std::string in_capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// Both files' text; `stem` is what the three files are called before the dot.
template <class Network>
struct c_interface_text {
  static constexpr bool of_bytes = std::is_same_v<typename Network::pixel, std::uint8_t>;
  static constexpr char const* pixel = of_bytes ? "uint8_t" : "float";
  static constexpr char const* output = of_bytes ? "int16_t" : "float";

  Network const& net;
  header_names const& names;
  std::string stem;

  [[nodiscard]] std::string header() const {
    std::string const& name = names.constant;
    std::string const macro = in_capitals(name);
    text_stream out;
    out << "// The C interface of a network, written by polyfold: " << stem << ".cpp is behind it, " << stem
        << ".hpp holds the numbers.\n//\n";
    write_facts(out, net, names, kind_of(net));
    out << "#ifndef POLYFOLD_" << macro << "_H\n#define POLYFOLD_" << macro << "_H\n\n#include <stdint.h>\n\n";
    constexpr shape in = Network::input_shape;
    for (auto const& [what, value] : {std::pair<char const*, long long>{"CHANNELS", in.channels},
                                      {"HEIGHT", in.height},
                                      {"WIDTH", in.width},
                                      {"PIXELS", in.size()},
                                      {"OUTPUTS", Network::output_shape.size()},
                                      {"CONSTANT_BYTES", Network::total_cost().flash_bytes()},
                                      {"WORKSPACE_BYTES", Network::workspace_bytes()}})
      out << "#define " << macro << "_" << what << " " << value << "\n";
    if constexpr (of_bytes) out << "#define " << macro << "_LOGIT_SCALE " << hexadecimal(net.logit_scale[0]) << "\n";
    out << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
        << "/// Memory of one inference, the caller's; nothing in it needs to be set. Networks that run one after the "
           "other can\n"
        << "/// share it in a union.\ntypedef struct " << name << "_workspace {\n  uint32_t words[(" << macro
        << "_WORKSPACE_BYTES + 3) / 4];\n} " << name << "_workspace;\n\n"
        << "/// 1 if the network makes of its sample images what it made of them when this was written, else 0.\nint "
        << name << "_self_test(" << name << "_workspace* workspace);\n"
        << "/// What the network makes of an image of " << macro << "_PIXELS pixels: " << macro
        << "_OUTPUTS numbers, in the workspace until it\n/// is used again.\n"
        << output << " const* " << name << "_run(" << pixel << " const* image, " << name << "_workspace* workspace);\n"
        << "/// Which of those is the largest: the class of the image.\nint " << name << "_classify(" << pixel
        << " const* image, " << name << "_workspace* workspace);\n\n"
        << "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
    return out.str();
  }

  [[nodiscard]] std::string source() const {
    std::string const& name = names.constant;
    std::string const macro = in_capitals(name);
    text_stream out;
    out << "// What is behind " << stem << ".h, written by polyfold.\n#include \"" << stem << ".h\"\n\n"
        << "#include <type_traits>\n\n#include <polyfold/shared_workspace.hpp>\n\n#include \"" << stem << ".hpp\"\n\n"
        << "namespace {\n\nusing network_type = std::remove_const_t<decltype(" << name << ")>;\n"
        << "using image_view = polyfold::tensor_view<" << pixel << " const, network_type::input_shape>;\n"
        << "static_assert(network_type::input_shape == polyfold::shape{" << macro << "_CHANNELS, " << macro
        << "_HEIGHT, " << macro << "_WIDTH} &&\n                  network_type::output_shape.size() == " << macro
        << "_OUTPUTS &&\n                  network_type::workspace_bytes() <= long(sizeof(" << name
        << "_workspace)) &&\n                  alignof(network_type::workspace<>) <= alignof(" << name
        << "_workspace),\n              \"polyfold: this C interface is of another network than its coefficients; "
           "write "
           "both again\");\n\n"
        << "auto& memory_of(" << name
        << "_workspace* workspace) { return polyfold::workspace_in<network_type>(workspace->words); }\n\n"
        << "}  // namespace\n\nint " << name << "_self_test(" << name << "_workspace* workspace) { return " << name
        << "_self_test(memory_of(workspace)) ? 1 : 0; }\n\n"
        << output << " const* " << name << "_run(" << pixel << " const* image, " << name
        << "_workspace* workspace) {\n  return " << name
        << ".run(image_view(image), memory_of(workspace)).data();\n}\n\n"
        << "int " << name << "_classify(" << pixel << " const* image, " << name << "_workspace* workspace) {\n  "
        << output << " const* const outputs = " << name
        << "_run(image, workspace);\n  int best = 0;\n  for (int k = 1; k < " << macro
        << "_OUTPUTS; ++k)\n    if (outputs[k] > outputs[best]) best = k;\n  return best;\n}\n";
    return out.str();
  }
};

}  // namespace detail

/// Writes the coefficient header at `path`, with sample images, and beside it, with the endings .h and .cpp, the C interface.
/// Throws `failure` as write_coefficient_header does, and where `path` has one of these endings itself.
template <class Network>
void write_c_interface(std::filesystem::path const& path, Network const& net, header_names const& names,
                       std::span<typename Network::pixel const> samples) try {
  if (path.extension() == ".h" || path.extension() == ".cpp")
    throw failure(path, "is where the C interface of a network goes", "the name of its coefficient header, as net.hpp");
  write_coefficient_header(path, net, names, samples);
  detail::c_interface_text<Network> const text{net, names, path.stem().string()};
  write_file_atomically(std::filesystem::path(path).replace_extension(".h"), text.header());
  write_file_atomically(std::filesystem::path(path).replace_extension(".cpp"), text.source());
} catch (...) {
  detail::fail_to_write(path);
}

}  // namespace polyfold
