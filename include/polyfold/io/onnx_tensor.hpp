// The messages of onnx.proto (github.com/onnx/onnx) as far as tensors go, read as fields by number. Needs protobuf's
// runtime library and no generated code.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold::detail {

using protobuf_field = google::protobuf::UnknownField;

/// Reads messages and the tensors in them. Throws `failure` naming the file.
class onnx_message_reader {
 public:
  explicit onnx_message_reader(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] stored_tensor read_tensor() { return read_tensor(content()); }

 protected:
  [[nodiscard]] std::string content() const {
    std::uint64_t const size = size_of_file(path_, "an ONNX file");
    if (size > std::uint64_t{INT32_MAX})
      throw failure(path_, "has " + std::to_string(size) + " bytes", "2 GiB at most, as protobuf can hold");
    return read_file(path_, "an ONNX file");
  }

  [[nodiscard]] failure malformed(std::string const& what) const {
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
  [[nodiscard]] failure wrong_type(protobuf_field const& f) const {
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

  [[nodiscard]] stored_tensor read_tensor(std::string_view message) {
    stored_tensor tensor;
    std::int64_t type = 0;
    std::vector<std::int64_t> integers;  // int32_data, int64_data or uint64_data: a number each
    std::map<int, char const*> kinds;    // of data, by their fields
    std::map<std::string, std::string> place;
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
          if (is_empty(f)) break;
          append_floats(f, tensor.bytes);
          kinds[f.number()] = f.number() == 4 ? "float_data" : "double_data";
          break;
        case 5:
        case 7:
        case 11:
          if (is_empty(f)) break;
          append_integers(f, integers);
          kinds[f.number()] = f.number() == 5 ? "int32_data" : f.number() == 7 ? "int64_data" : "uint64_data";
          break;
        case 6:
          kinds[6] = "string_data";
          break;
        case 8:
          tensor.name = text(f);
          break;
        case 9:
          if (is_empty(f)) break;
          // The last one counts.
          if (kinds.contains(9)) tensor.bytes.clear();
          append_bytes(bytes(f).data(), bytes(f).size(), tensor.bytes);
          kinds[9] = "raw_data";
          break;
        case 13:
          place.insert(read_entry(bytes(f)));
          break;
        case 14:
          if (integer(f) != 0) kinds[14] = "data in another file";
          break;
        default:
          break;
      }
    });
    auto const fail = [&](std::string const& what, std::string const& expected) {
      return failure(path_, tensor_text(tensor.name) + " " + what, expected, "export the model again");
    };
    if (kinds.size() > 1) {
      std::string both;
      for (auto const& [field, kind] : kinds) both += (both.empty() ? "" : " and ") + std::string(kind);
      throw fail("has " + both + ", and nothing says which counts", "one of them");
    }
    std::optional<dtype> const known = dtype_of(type);
    if (!known) throw fail("has the element type " + std::to_string(type), "a number type of TensorProto");
    tensor.type = *known;
    int const kind = kinds.empty() ? 9 : kinds.begin()->first;
    if (kind != 9 && kind != 14 && kind != data_field(tensor.type))
      throw fail("keeps " + std::string(dtype_name(tensor.type)) + " in " + kinds.begin()->second,
                 "the field that onnx.proto names for the type");
    std::size_t const width = dtype_bytes(tensor.type);
    for (std::int64_t const value : integers) {
      if (width < 8 && (value < -(std::int64_t{1} << (8 * width - 1)) || value >= std::int64_t{1} << (8 * width)))
        throw fail("has the number " + std::to_string(value), std::string(dtype_name(tensor.type)));
      append_bytes(&value, width, tensor.bytes);
    }
    std::optional<std::uint64_t> const wanted =
        tensor.shape.size() > 32 ? std::nullopt : tensor_bytes(tensor.shape, tensor.type);
    if (!wanted) throw fail("has the shape " + shape_text(tensor.shape).substr(0, 200), "a size that fits into memory");
    if (kind == 14) tensor.bytes = read_external(tensor, place, *wanted);
    if (*wanted != tensor.bytes.size())
      throw fail(
          "has " + std::to_string(tensor.bytes.size()) + " bytes",
          std::to_string(*wanted) + " for " + std::string(dtype_name(tensor.type)) + " " + shape_text(tensor.shape));
    return tensor;
  }

  /// The path of the file, for messages.
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  /// The field in which a tensor of this type keeps its numbers, if not raw.
  [[nodiscard]] static int data_field(dtype type) {
    switch (type) {
      case dtype::f32:
        return 4;
      case dtype::f64:
        return 10;
      case dtype::i64:
        return 7;
      case dtype::u32:
      case dtype::u64:
        return 11;
      default:
        return 5;
    }
  }

  /// A list or text without content: as if it were not there.
  [[nodiscard]] bool is_empty(protobuf_field const& f) const {
    return f.type() == protobuf_field::TYPE_LENGTH_DELIMITED && f.length_delimited().empty();
  }

  /// A StringStringEntryProto.
  [[nodiscard]] std::pair<std::string, std::string> read_entry(std::string_view message) const {
    std::pair<std::string, std::string> entry;
    for_each_field(message, [&](protobuf_field const& f) {
      if (f.number() == 1) entry.first = text(f);
      if (f.number() == 2) entry.second = text(f);
    });
    return entry;
  }

  /// The bytes of a tensor that lie in another file: in the folder of this one, wherever links lead.
  [[nodiscard]] std::vector<std::byte> read_external(stored_tensor const& tensor,
                                                     std::map<std::string, std::string> const& place,
                                                     std::uint64_t wanted) {
    auto const fail = [&](std::string const& what, std::string const& expected, std::string const& remedy) {
      return failure(path_, tensor_text(tensor.name) + " " + what, expected, remedy);
    };
    auto const entry = [&](char const* key) {
      auto const found = place.find(key);
      return found == place.end() ? std::string() : found->second;
    };
    auto const number = [&](char const* key, std::uint64_t otherwise) {
      std::string const digits = entry(key);
      if (digits.empty()) return otherwise;
      std::uint64_t value = 0;
      auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (failure != std::errc() || end != digits.data() + digits.size())
        throw fail("lies in another file, with the " + std::string(key) + " '" + digits.substr(0, 50) + "'",
                   "a number of bytes", "export the model again");
      return value;
    };

    std::filesystem::path const location = entry("location");
    std::filesystem::path const folder = path_.has_parent_path() ? path_.parent_path() : ".";
    std::filesystem::path const file = folder / location;
    std::string const where = "lies in the file '" + location.string().substr(0, 200) + "'";
    bool const climbs = std::find(location.begin(), location.end(), "..") != location.end();
    std::error_code code;
    bool outside = location.empty() || location.has_root_path() || climbs;
    if (!outside) {
      std::filesystem::path const real_folder = std::filesystem::canonical(folder, code);
      std::filesystem::path const real_file = code ? file : std::filesystem::canonical(file, code);
      if (code)
        throw fail(where + ", which can't be read (" + code.message() + ")", "it beside the model",
                   "copy both files, or export the model into one (external_data=False in torch.onnx.export)");
      outside = std::mismatch(real_folder.begin(), real_folder.end(), real_file.begin(), real_file.end()).first !=
                real_folder.end();
    }
    if (outside) throw fail(where, "a file in the model's folder", "copy both files into one folder");

    input_file stream(file, "the numbers of an ONNX model");
    std::uint64_t const offset = number("offset", 0);
    std::uint64_t const length = number("length", wanted);
    if (length != wanted)
      throw fail(
          "has " + std::to_string(length) + " bytes in the file '" + location.string() + "'",
          std::to_string(wanted) + " for " + std::string(dtype_name(tensor.type)) + " " + shape_text(tensor.shape),
          "export the model again");
    if (offset > stream.size() || length > stream.size() - offset)
      throw fail(where + " at " + std::to_string(offset) + ", " + std::to_string(length) + " bytes, which has " +
                     std::to_string(stream.size()),
                 "a file that holds them all", "copy the file again");
    // A few tensors may share bytes; that many would fill the memory with one small file.
    external_bytes_ += length;
    if (external_bytes_ / 8 > stream.size())
      throw fail(where + ", of which tensors before it have taken more than it holds", "bytes of its own",
                 "export the model again");
    std::vector<std::byte> bytes(static_cast<std::size_t>(length));
    stream.skip(offset);
    stream.read(bytes);
    return bytes;
  }

  std::filesystem::path path_;
  std::uint64_t external_bytes_ = 0;
};

}  // namespace polyfold::detail
