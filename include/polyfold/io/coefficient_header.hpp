// A trained network as a C++ header: a constant that a device keeps in flash and runs from there. Its comment says what a
// device needs to know: where it came from, what the numbers are, how an image is scaled and laid out, how many bytes the
// network takes. For programs in C see c_interface.hpp.
//
//   write_coefficient_header("digits.hpp", net, {.constant = "digits", .pipeline = "my::digits", .include = "my.hpp"},
//                            sample_images);
//
// With sample images, the header holds them beside what the network makes of them, and digits_self_test(workspace) tells whether
// it makes the same of them where it runs.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/integers/sum_bounds.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/network.hpp>
#include <polyfold/numbers/int8.hpp>
#include <polyfold/schedules/rolling_rows.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

/// What the header says around the numbers.
struct header_names {
  std::string constant;                            // of the network: digits
  std::string pipeline;                            // how its description is spelled in C++: polyfold::lenet5_small
  std::string include = "polyfold/inference.hpp";  // where that is declared
  std::string source{};                            // where the network came from, its accuracy: free text
  std::optional<normalisation> pixels{};           // that it was trained with; networks in integers hold it themselves
};

namespace detail {

/// What a network's parameters and its schedule are, spelled in C++ and in words.
struct header_kind {
  std::string arguments;  // of network<pipeline>, behind the pipeline
  std::string includes;   // what declares them, beside the pipeline's header
  std::string parameters;
  std::string pixels;
  std::string zeros;
  std::string outputs;
  std::string bounds;
};

template <auto Pipeline, auto Numbers, auto Schedule>
[[nodiscard]] header_kind kind_of(network<Pipeline, Numbers, Schedule> const& net) {
  using kind = std::remove_const_t<decltype(Numbers)>;
  header_kind k{"", "", "float32", "floats, normalised as in training", "", "floats", ""};
  if constexpr (std::is_same_v<kind, byte_numbers>) {
    k.arguments = std::string(", polyfold::byte_numbers{polyfold::scales_per::") + name_of(Numbers.scales) + "}";
    k.parameters = "codes of a byte, their scales, float32 where a byte will not do, index maps";
  } else if constexpr (std::is_same_v<kind, int8_numbers>) {
    constexpr bool rolls = std::is_same_v<std::remove_const_t<decltype(Schedule)>, schedules::rolling_rows_schedule>;
    k.arguments = std::string(", polyfold::in_int8") + (Numbers.moment_bits == 8 ? ".with_8_bit_moments()" : "") +
                  (rolls ? ", polyfold::rolling_rows" : "");
    k.includes = "#include <polyfold/integers.hpp>\n";
    k.parameters = "codes, biases, multipliers and shifts of sums, shifts of degrees, zero codes, scale of logits";
    k.pixels = "pixels of 8 bits as they come";
    k.zeros = "// Zero codes, the pixel of each channel that stands for 0:";
    for (std::uint8_t const zero : net.zeros) k.zeros += " " + std::to_string(int(zero));
    k.zeros += ".\n";
    k.outputs = "logits of 16 bits, each a multiple of " + number_text(double(net.logit_scale[0]));
    k.bounds = "// Bounds: no sum leaves 32 bits, whatever the image.\n";
  }
  return k;
}

template <int... Counts>
void write_counts(std::ostream& out, storage::array_sizes<Counts...>) {
  char const* between = "";
  ((out << std::exchange(between, ", ") << Counts), ...);
}

/// A finite number as a C++ literal that is exactly it: -0x1.8p-3f.
[[nodiscard]] inline std::string hexadecimal(float value) {
  char digits[40];
  auto const written = std::to_chars(digits, digits + sizeof digits, double(std::abs(value)), std::chars_format::hex);
  return (std::signbit(value) ? "-0x" : "0x") + std::string(digits, written.ptr) + "f";
}

/// One line of text for a comment: within quotes, so that no backslash ends it.
[[nodiscard]] inline std::string quoted_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return '"' + text + '"';
}

/// How floats are made of bytes.
[[nodiscard]] inline std::string normalised_text(normalisation const& pixels) {
  auto const listed = [](std::vector<float> const& values) {
    std::string text;
    for (float const value : values) text += " " + number_text(double(value));
    return text;
  };
  return "floats, (byte / 255 - mean) / deviation, mean" + listed(pixels.mean) + ", deviation" +
         listed(pixels.deviation);
}

/// What a device must know of the network, in lines of comment.
template <class Network>
void write_facts(std::ostream& out, Network const& net, header_names const& names, header_kind const& kind) {
  std::istringstream description(describe<Network>());
  for (std::string line; std::getline(description, line);) out << "//   " << line << "\n";
  out << "//\n";
  if (!names.source.empty()) out << "// Source: " << quoted_line(names.source) << ".\n";
  bool const of_floats = !std::is_same_v<typename Network::pixel, std::uint8_t>;
  out << "// Numbers: " << kind.parameters
      << ".\n// Their checksum, as in the network's file: " << checksum_text(tensors_of(net))
      << ".\n// Bytes: " << Network::total_cost().flash_bytes() << " of constants, " << Network::workspace_bytes()
      << " of workspace.\n// Image: ";
  write(out, Network::input_shape);
  out << " " << (of_floats && names.pixels ? normalised_text(*names.pixels) : kind.pixels)
      << ", channel by channel, row by row.\n"
      << kind.zeros << "// Result: ";
  write(out, Network::output_shape);
  out << " " << kind.outputs << ".\n" << kind.bounds;
}

/// The text of a header, piece by piece.
class header_text {
 public:
  explicit header_text(std::filesystem::path const& path) : path_(path) {}

  template <class Network>
  void write_network(Network const& net, header_names const& names) {
    header_kind const kind = kind_of(net);
    out_ << "// A network with its stored parameters, written by polyfold.\n//\n";
    write_facts(out_, net, names, kind);
    out_ << "#pragma once\n\n#include <polyfold/exported_network.hpp>\n"
         << kind.includes << "#include <" << names.include
         << ">\n\ninline constexpr polyfold::exported_network<polyfold::network<" << names.pipeline << kind.arguments
         << ">, ";
    write_counts(out_, typename Network::counts{});
    out_ << "> " << names.constant << "{{";
    char const* between = "";
    Network::for_each_array(net, [&](auto const& values) {
      out_ << std::exchange(between, ", ");
      write_list(values);
    });
    out_ << "}};\n";
    if constexpr (requires { typename Network::integers; }) {
      if (!sums_fit(net))
        throw failure(path_, "would hold a network whose sums could leave 32 bits", "one from quantise()");
      out_ << "static_assert(polyfold::sums_fit(" << names.constant
           << "), \"polyfold: sums of this network could leave 32 bits; write the header again\");\n";
    }
  }

  template <class Network>
  void write_samples(Network const& net, std::string const& constant, std::span<typename Network::pixel const> images) {
    constexpr auto size = std::size_t(Network::input_shape.size());
    if (images.empty() || images.size() % size != 0)
      throw failure(path_, "would hold sample images of " + std::to_string(images.size()) + " pixels in all",
                    "a multiple of " + std::to_string(size));
    auto const workspace = std::make_unique<typename Network::template workspace<>>();
    using image = tensor_view<typename Network::pixel const, Network::input_shape>;
    std::vector<std::remove_cvref_t<decltype(net.run(image(images.data()), *workspace)[0])>> outputs;
    for (std::size_t i = 0; i < images.size(); i += size)
      for (auto const output : net.run(image(images.data() + i), *workspace)) outputs.push_back(output);

    out_ << "\n/// Sample images, and what the network made of them when this was written.\n";
    write_array(constant + "_sample_images", images);
    write_array(constant + "_sample_outputs", outputs);
    out_ << "/// Whether it makes the same of them here.\ntemplate <class Workspace>\n[[nodiscard]] constexpr bool "
         << constant << "_self_test(Workspace& workspace) {\n  return polyfold::reproduces(" << constant
         << ", workspace, " << constant << "_sample_images, " << constant << "_sample_outputs);\n}\n";
  }

  void save() const { write_file_atomically(path_, out_.str()); }

 private:
  template <class Values>
  void write_array(std::string const& name, Values const& values) {
    using number = std::remove_cvref_t<decltype(values[0])>;
    char const* const type = std::is_same_v<number, float>          ? "float"
                             : std::is_same_v<number, std::uint8_t> ? "std::uint8_t"
                                                                    : "std::int16_t";
    out_ << "inline constexpr std::array<" << type << ", " << values.size() << "> " << name << "{";
    write_list(values);
    out_ << "};\n";
  }

  template <class Values>
  void write_list(Values const& values) {
    using number = std::remove_cvref_t<decltype(values[0])>;
    constexpr std::size_t per_line = std::is_same_v<number, float> ? 6 : sizeof(number) == 1 ? 20 : 12;
    out_ << "{";
    for (std::size_t i = 0; i < values.size(); ++i) {
      out_ << (i % per_line == 0 ? "\n    " : " ");
      if constexpr (std::is_same_v<number, float>) {
        if (!core::is_finite(values[i]))
          throw failure(path_, "would hold the number " + number_text(double(values[i])), "finite numbers");
        out_ << hexadecimal(values[i]);
      } else {
        out_ << int(values[i]);
      }
      out_ << ",";
    }
    out_ << "}";
  }

  std::filesystem::path const& path_;
  text_stream out_;
};

}  // namespace detail

/// Writes `inline constexpr polyfold::exported_network<polyfold::network<pipeline>, ...> constant{...}`, or the same of a
/// network of other numbers; float32 numbers are hexadecimal floating-point literals, so none is rounded, in any locale. The
/// header stops the build where `pipeline` has come to need more or fewer numbers. Throws `failure` where one is NaN or
/// infinite, and where the file can't be written.
template <class Network>
void write_coefficient_header(std::filesystem::path const& path, Network const& net, header_names const& names) try {
  detail::header_text text(path);
  text.write_network(net, names);
  text.save();
} catch (...) {
  detail::fail_to_write(path);
}

/// The same with sample images, one behind the other: bytes for a network in integers, else normalised floats. The header
/// declares `constant_self_test(workspace)` as well. Throws `failure` where they are not whole images, or none.
template <class Network>
void write_coefficient_header(std::filesystem::path const& path, Network const& net, header_names const& names,
                              std::span<typename Network::pixel const> samples) try {
  detail::header_text text(path);
  text.write_network(net, names);
  text.write_samples(net, names.constant, samples);
  text.save();
} catch (...) {
  detail::fail_to_write(path);
}

}  // namespace polyfold
