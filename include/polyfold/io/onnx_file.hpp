// Reads .onnx models and the .pb tensors beside them, as far as weights are concerned: nodes in graph order, their
// attributes, and constant tensors. Needs protobuf's runtime library and no generated code: messages are read as fields
// by number, as onnx.proto (github.com/onnx/onnx) gives them.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/error.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold {

struct onnx_attribute {
  float number = 0;
  std::int64_t integer = 0;
  std::string text;
  std::vector<std::byte> numbers;  ///< float32
  std::vector<std::int64_t> integers;
  std::optional<stored_tensor> tensor;
};

/// One operation. An input without a name is left out.
struct onnx_node {
  std::string name;
  std::string operation;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, onnx_attribute> attributes;

  [[nodiscard]] std::string text() const {
    std::string const which = name.empty() && !outputs.empty() ? outputs.front() : name;
    return operation.substr(0, 100) + " node '" + which.substr(0, 100) + "'";
  }
  [[nodiscard]] std::int64_t integer(std::string const& key, std::int64_t otherwise) const {
    auto const found = attributes.find(key);
    return found == attributes.end() ? otherwise : found->second.integer;
  }
  [[nodiscard]] float number(std::string const& key, float otherwise) const {
    auto const found = attributes.find(key);
    return found == attributes.end() ? otherwise : found->second.number;
  }
  [[nodiscard]] std::vector<std::int64_t> integers(std::string const& key) const {
    auto const found = attributes.find(key);
    return found == attributes.end() ? std::vector<std::int64_t>() : found->second.integers;
  }
};

struct onnx_graph {
  std::vector<onnx_node> nodes;  ///< in graph order: after all whose outputs they read
  std::vector<stored_tensor> initialisers;
};

namespace detail {

using protobuf_field = google::protobuf::UnknownField;

/// The messages of onnx.proto that are read here, one at a time. Throws `error` naming the file.
class onnx_reader {
 public:
  explicit onnx_reader(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] onnx_graph read_model() const {
    std::optional<onnx_graph> graph;
    for_each_field(content(), [&](protobuf_field const& f) {
      if (f.number() == 7) graph = read_graph(bytes(f));
    });
    if (!graph) throw error(path_, "has no graph", "an ONNX model");
    return std::move(*graph);
  }

  [[nodiscard]] stored_tensor read_tensor() const { return read_tensor(content()); }

 private:
  [[nodiscard]] std::string content() const {
    std::uint64_t const size = size_of_file(path_, "an ONNX file");
    if (size > std::uint64_t{INT32_MAX})
      throw error(path_, "has " + std::to_string(size) + " bytes", "2 GiB at most, as protobuf can hold");
    return read_file(path_, "an ONNX file");
  }

  [[nodiscard]] error malformed(std::string const& what) const {
    return {path_, what, "an ONNX file", "copy or export the file again"};
  }

  /// Calls f(field) for every field of a message.
  template <class F>
  void for_each_field(std::string_view message, F f) const {
    google::protobuf::UnknownFieldSet set;
    if (message.size() > std::size_t{INT32_MAX} ||
        !set.ParseFromArray(message.data(), static_cast<int>(message.size())))
      throw malformed("is no sequence of protobuf fields");
    for (int i = 0; i < set.field_count(); ++i) f(set.field(i));
  }

  // A field's value, if the file gives it the type that it must have.
  [[nodiscard]] std::string_view bytes(protobuf_field const& f) const {
    if (f.type() != protobuf_field::TYPE_LENGTH_DELIMITED) throw wrong_type(f);
    return f.length_delimited();
  }
  [[nodiscard]] std::string text(protobuf_field const& f) const { return std::string(bytes(f)); }
  [[nodiscard]] std::int64_t integer(protobuf_field const& f) const {
    if (f.type() != protobuf_field::TYPE_VARINT) throw wrong_type(f);
    return static_cast<std::int64_t>(f.varint());
  }
  [[nodiscard]] error wrong_type(protobuf_field const& f) const {
    return malformed("has field " + std::to_string(f.number()) + " with another type");
  }

  /// Appends integers, which stand alone or packed.
  void append_integers(protobuf_field const& f, std::vector<std::int64_t>& to) const {
    if (f.type() == protobuf_field::TYPE_VARINT) {
      to.push_back(integer(f));
      return;
    }
    std::string_view const packed = bytes(f);
    google::protobuf::io::CodedInputStream stream(reinterpret_cast<std::uint8_t const*>(packed.data()),
                                                  static_cast<int>(packed.size()));
    std::uint64_t value = 0;
    while (stream.CurrentPosition() < static_cast<int>(packed.size())) {
      if (!stream.ReadVarint64(&value)) throw wrong_type(f);
      to.push_back(static_cast<std::int64_t>(value));
    }
  }
  static void append_bytes(void const* from, std::size_t size, std::vector<std::byte>& to) {
    auto const* const first = static_cast<std::byte const*>(from);
    to.insert(to.end(), first, first + size);
  }
  /// Appends float32 or float64 numbers, which stand alone or packed, as their bytes.
  void append_floats(protobuf_field const& f, std::vector<std::byte>& to) const {
    if (f.type() == protobuf_field::TYPE_FIXED32) {
      std::uint32_t const value = f.fixed32();
      append_bytes(&value, sizeof value, to);
    } else if (f.type() == protobuf_field::TYPE_FIXED64) {
      std::uint64_t const value = f.fixed64();
      append_bytes(&value, sizeof value, to);
    } else {
      std::string_view const packed = bytes(f);
      append_bytes(packed.data(), packed.size(), to);
    }
  }

  /// TensorProto's data_type; nothing for texts, complex numbers and later additions.
  [[nodiscard]] static std::optional<dtype> dtype_of(std::int64_t number) {
    switch (number) {
      case 1:
        return dtype::f32;
      case 2:
        return dtype::u8;
      case 3:
        return dtype::i8;
      case 4:
        return dtype::u16;
      case 5:
        return dtype::i16;
      case 6:
        return dtype::i32;
      case 7:
        return dtype::i64;
      case 9:
        return dtype::boolean;
      case 10:
        return dtype::f16;
      case 11:
        return dtype::f64;
      case 12:
        return dtype::u32;
      case 13:
        return dtype::u64;
      case 16:
        return dtype::bf16;
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] stored_tensor read_tensor(std::string_view message) const {
    stored_tensor tensor;
    std::int64_t type = 0;
    std::vector<std::int64_t> integers;  // int32_data, int64_data or uint64_data: a number each
    bool external = false;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          append_integers(f, tensor.shape);
          break;
        case 2:
          type = integer(f);
          break;
        case 4:
        case 10:
          append_floats(f, tensor.bytes);
          break;
        case 5:
        case 7:
        case 11:
          append_integers(f, integers);
          break;
        case 8:
          tensor.name = text(f);
          break;
        case 9:
          append_bytes(bytes(f).data(), bytes(f).size(), tensor.bytes);
          break;
        case 14:
          external = integer(f) != 0;
          break;
        default:
          break;
      }
    });
    auto const fail = [&](std::string const& what, std::string const& expected) {
      return error(path_, tensor_text(tensor.name) + " " + what, expected);
    };
    if (external) throw fail("lies in another file", "a model in one file");
    std::optional<dtype> const known = dtype_of(type);
    if (!known) throw fail("has the element type " + std::to_string(type), "a number type of TensorProto");
    tensor.type = *known;
    std::size_t const width = dtype_bytes(tensor.type);
    for (std::int64_t const value : integers) append_bytes(&value, width, tensor.bytes);
    std::optional<std::uint64_t> const wanted =
        tensor.shape.size() > 32 ? std::nullopt : tensor_bytes(tensor.shape, tensor.type);
    if (!wanted) throw fail("has the shape " + shape_text(tensor.shape).substr(0, 200), "a size that fits into memory");
    if (*wanted != tensor.bytes.size())
      throw fail(
          "has " + std::to_string(tensor.bytes.size()) + " bytes",
          std::to_string(*wanted) + " for " + std::string(dtype_name(tensor.type)) + " " + shape_text(tensor.shape));
    return tensor;
  }

  [[nodiscard]] std::pair<std::string, onnx_attribute> read_attribute(std::string_view message) const {
    std::string name;
    onnx_attribute attribute;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          name = text(f);
          break;
        case 2:
          if (f.type() != protobuf_field::TYPE_FIXED32) throw wrong_type(f);
          attribute.number = std::bit_cast<float>(f.fixed32());
          break;
        case 3:
          attribute.integer = integer(f);
          break;
        case 4:
          attribute.text = text(f);
          break;
        case 5:
          attribute.tensor = read_tensor(bytes(f));
          break;
        case 7:
          append_floats(f, attribute.numbers);
          break;
        case 8:
          append_integers(f, attribute.integers);
          break;
        default:
          break;
      }
    });
    return {std::move(name), std::move(attribute)};
  }

  [[nodiscard]] onnx_node read_node(std::string_view message) const {
    onnx_node node;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          node.inputs.push_back(text(f));
          break;
        case 2:
          node.outputs.push_back(text(f));
          break;
        case 3:
          node.name = text(f);
          break;
        case 4:
          node.operation = text(f);
          break;
        case 5:
          node.attributes.insert(read_attribute(bytes(f)));
          break;
        default:
          break;
      }
    });
    return node;
  }

  [[nodiscard]] onnx_graph read_graph(std::string_view message) const {
    onnx_graph graph;
    for_each_field(message, [&](protobuf_field const& f) {
      switch (f.number()) {
        case 1:
          graph.nodes.push_back(read_node(bytes(f)));
          break;
        case 5:
          graph.initialisers.push_back(read_tensor(bytes(f)));
          break;
        default:
          break;
      }
    });
    return graph;
  }

  std::filesystem::path path_;
};

}  // namespace detail

/// Reads the graph of an .onnx file. Throws `error` where the file is no ONNX model, a tensor's bytes and shape
/// disagree, or weights lie in a second file.
[[nodiscard]] inline onnx_graph read_onnx_graph(std::filesystem::path const& path) try {
  return detail::onnx_reader(path).read_model();
} catch (...) {
  detail::fail_to_read(path);
}

/// Reads a tensor from a .pb file, as they lie beside ONNX models as test data. Throws `error` as above.
[[nodiscard]] inline stored_tensor read_onnx_tensor(std::filesystem::path const& path) try {
  return detail::onnx_reader(path).read_tensor();
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
