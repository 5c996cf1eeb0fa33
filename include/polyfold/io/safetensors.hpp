// Reads and writes safetensors files: named arrays of numbers, as other frameworks store trained weights.
//
// The format (github.com/huggingface/safetensors): the header's length as a little-endian 64-bit number; the header, a
// JSON object that gives each tensor's dtype, shape and byte range, and under "__metadata__" a map from text to text;
// then the bytes of all tensors, little endian, row major, without gap or overlap. Needs nlohmann/json.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/error.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold {

namespace detail {

/// More than 100,000 tensors fit into such a header; the bound keeps a hostile one from filling the memory as JSON.
inline constexpr std::uint64_t max_safetensors_header = std::uint64_t{16} << 20U;

inline constexpr char safetensors_remedy[] = "copy or export the file again";

/// Parses the header. nlohmann keeps the last of two equal keys and nests without bound: both are refused here.
inline nlohmann::json parse_safetensors_header(std::filesystem::path const& path, std::string const& text) {
  using json = nlohmann::json;
  std::vector<std::set<std::string>> keys;  // of the objects that are open, by depth
  auto const check = [&](int depth, json::parse_event_t event, json& parsed) {
    auto const level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      // header { tensor { shape [ ... ] } }
      if (level > 2) throw error(path, "the header is nested more than three deep", "tensors with dtype and shape");
      keys.resize(level + 1);
      keys[level].clear();
    } else if (event == json::parse_event_t::key) {
      auto const& key = parsed.get_ref<std::string const&>();
      if (!keys.at(level - 1).insert(key).second) {
        throw error(path, "the header holds the name '" + key.substr(0, 100) + "' twice", "unique names",
                    safetensors_remedy);
      }
    }
    return true;
  };
  try {
    json header = json::parse(text, check);
    if (!header.is_object()) throw error(path, "the header is not a JSON object", "an object", safetensors_remedy);
    return header;
  } catch (json::exception const& failure) {
    throw error(path, std::string("the header is not valid JSON (") + failure.what() + ")", "a safetensors file",
                safetensors_remedy);
  }
}

/// A tensor as the header describes it, and where its bytes begin in the data.
struct described_tensor {
  stored_tensor tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

inline described_tensor describe_tensor(std::filesystem::path const& path, std::string const& name,
                                        nlohmann::json const& entry, std::uint64_t data_bytes) {
  auto const fail = [&](std::string const& found, std::string const& expected) -> error {
    return {path, tensor_text(name) + " " + found, expected, safetensors_remedy};
  };
  auto const dtype_field = entry.find("dtype");
  auto const shape_field = entry.find("shape");
  auto const range_field = entry.find("data_offsets");
  if (!entry.is_object() || dtype_field == entry.end() || shape_field == entry.end() || range_field == entry.end()) {
    throw fail("is not described by an object with dtype, shape and data_offsets", "all three");
  }

  described_tensor result;
  result.tensor.name = name;

  std::string const* const type_name = dtype_field->get_ptr<std::string const*>();
  auto const known = std::find_if(dtypes.begin(), dtypes.end(), [&](dtype_entry const& candidate) {
    return type_name != nullptr && candidate.name == *type_name;
  });
  if (known == dtypes.end()) {
    std::string names;
    for (dtype_entry const& candidate : dtypes) names += (names.empty() ? "" : ", ") + std::string(candidate.name);
    throw fail("has the dtype " + (type_name == nullptr ? "(no text)" : "'" + type_name->substr(0, 100) + "'"),
               "one of " + names);
  }
  result.tensor.type = known->type;

  // Only whole numbers from 0 to 2^63 - 1 pass; nlohmann turns larger ones into floating point.
  auto const whole = [](nlohmann::json const& value) -> std::optional<std::int64_t> {
    if (!value.is_number_unsigned()) return std::nullopt;
    auto const number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  };
  if (!shape_field->is_array() || shape_field->size() > 32)
    throw fail("has a shape that is no short array", "at most 32 sizes");
  for (nlohmann::json const& value : *shape_field) {
    std::optional<std::int64_t> const size = whole(value);
    if (!size) throw fail("has a size in its shape that is no whole number from 0 on", "whole numbers");
    result.tensor.shape.push_back(*size);
  }
  std::optional<std::uint64_t> const bytes = tensor_bytes(result.tensor.shape, result.tensor.type);
  if (!bytes) throw fail("has the shape " + shape_text(result.tensor.shape), "a size that fits into memory");

  std::optional<std::int64_t> begin;
  std::optional<std::int64_t> end;
  if (range_field->is_array() && range_field->size() == 2) {
    begin = whole((*range_field)[0]);
    end = whole((*range_field)[1]);
  }
  if (!begin || !end) throw fail("has data_offsets of another form", "[begin, end], whole numbers from 0 on");
  result.begin = static_cast<std::uint64_t>(*begin);
  result.end = static_cast<std::uint64_t>(*end);
  std::string const range = "[" + std::to_string(result.begin) + ", " + std::to_string(result.end) + "]";
  if (result.begin > result.end || result.end > data_bytes) {
    throw fail("has the byte range " + range,
               "a range within the " + std::to_string(data_bytes) + " bytes that follow the header");
  }
  if (result.end - result.begin != *bytes) {
    throw fail("has the byte range " + range, std::to_string(*bytes) + " bytes for " +
                                                  std::string(dtype_name(result.tensor.type)) + " " +
                                                  shape_text(result.tensor.shape));
  }
  return result;
}

/// A text as JSON writes it. Throws nlohmann's exception where it is not UTF-8.
inline std::string json_text(std::string const& text) { return nlohmann::json(text).dump(); }

}  // namespace detail

/// Reads a safetensors file. Its tensors come in the order of their bytes, which need not be the network's. Everything
/// in the header is checked against the file's true length before memory is taken for a tensor. Throws `error` with the
/// file, the tensor, what was found and what was expected; nothing is returned by halves.
inline tensor_file read_safetensors(std::filesystem::path const& path) try {
  using detail::safetensors_remedy;
  detail::input_file stream(path, "a safetensors file");
  std::uint64_t const file_bytes = stream.size();

  if (file_bytes < 8) {
    throw error(path, "has " + std::to_string(file_bytes) + " bytes", "8 at least, the header's length",
                safetensors_remedy);
  }
  std::array<unsigned char, 8> length_bytes{};
  stream.read(std::as_writable_bytes(std::span(length_bytes)));
  std::uint64_t header_bytes = 0;
  for (std::size_t i = 8; i-- > 0;) header_bytes = header_bytes << 8U | length_bytes[i];
  if (header_bytes > file_bytes - 8) {
    throw error(path, "states a header of " + std::to_string(header_bytes) + " bytes",
                "at most the " + std::to_string(file_bytes - 8) + " that follow", safetensors_remedy);
  }
  if (header_bytes > detail::max_safetensors_header) {
    throw error(path, "states a header of " + std::to_string(header_bytes) + " bytes",
                std::to_string(detail::max_safetensors_header) + " at most");
  }
  std::string text(static_cast<std::size_t>(header_bytes), '\0');
  stream.read(std::as_writable_bytes(std::span(text)));
  if (text.empty() || text.front() != '{') {
    throw error(path, "the header does not start with '{'", "a safetensors file", safetensors_remedy);
  }
  nlohmann::json const header = detail::parse_safetensors_header(path, text);

  tensor_file result;
  std::uint64_t const data_bytes = file_bytes - 8 - header_bytes;
  std::vector<detail::described_tensor> described;
  for (auto const& [name, entry] : header.items()) {
    if (name != "__metadata__") {
      described.push_back(detail::describe_tensor(path, name, entry, data_bytes));
      continue;
    }
    if (!entry.is_object())
      throw error(path, "__metadata__ is not an object", "an object of texts", safetensors_remedy);
    for (auto const& [key, value] : entry.items()) {
      if (!value.is_string()) {
        throw error(path, "__metadata__ has a value that is no text at '" + key.substr(0, 100) + "'", "texts",
                    safetensors_remedy);
      }
      result.metadata.emplace(key, value.get<std::string>());
    }
  }

  // Sorted by place, the byte ranges must follow each other from the first byte to the last.
  std::sort(described.begin(), described.end(),
            [](auto const& a, auto const& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t place = 0;
  for (detail::described_tensor const& next : described) {
    if (next.begin != place) {
      throw error(
          path,
          detail::tensor_text(next.tensor.name) + " begins at byte " + std::to_string(next.begin) + " of the data",
          std::to_string(place) + ", where the one before it ends", safetensors_remedy);
    }
    place = next.end;
  }
  if (place != data_bytes) {
    throw error(path, "holds " + std::to_string(data_bytes) + " bytes of data",
                std::to_string(place) + ", the end of the last tensor", safetensors_remedy);
  }

  for (detail::described_tensor& next : described) {
    next.tensor.bytes.resize(static_cast<std::size_t>(next.end - next.begin));
    stream.read(next.tensor.bytes);
    result.tensors.push_back(std::move(next.tensor));
  }
  return result;
} catch (...) {
  detail::fail_to_read(path);
}

/// Writes a safetensors file, whole or not at all (write_file_atomically). Tensors of wide element types come first, so
/// that every tensor is aligned in the file; among equal widths the given order stays. Throws `error` for names that
/// are not unique or not UTF-8, for shapes that disagree with the bytes, and where the file can't be written.
inline void write_safetensors(std::filesystem::path const& path, tensor_file const& file) try {
  std::vector<stored_tensor const*> order;
  for (stored_tensor const& tensor : file.tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](stored_tensor const* a, stored_tensor const* b) {
    return dtype_bytes(a->type) > dtype_bytes(b->type);
  });

  // Put together by hand: nlohmann's values ask for memory when they are destroyed, and end the program where there is none.
  std::string text = "{";
  std::set<std::string_view> names{"__metadata__"};
  std::uint64_t place = 0;
  try {
    std::string metadata;
    for (auto const& [key, value] : file.metadata)
      metadata += (metadata.empty() ? "" : ",") + detail::json_text(key) + ":" + detail::json_text(value);
    if (!metadata.empty()) text += "\"__metadata__\":{" + metadata + "}";
    for (stored_tensor const* const tensor : order) {
      if (!names.insert(tensor->name).second) {
        throw error(path, detail::tensor_text(tensor->name) + " would be written twice or has a reserved name",
                    "unique names");
      }
      std::optional<std::uint64_t> const bytes = detail::tensor_bytes(tensor->shape, tensor->type);
      if (!bytes || *bytes != tensor->bytes.size()) {
        throw error(path, detail::tensor_text(tensor->name) + " has " + std::to_string(tensor->bytes.size()) + " bytes",
                    (bytes ? std::to_string(*bytes) : "a possible size") + " for " +
                        std::string(dtype_name(tensor->type)) + " " + detail::shape_text(tensor->shape));
      }
      std::string sizes;
      for (std::int64_t const size : tensor->shape) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
      text += (text.size() == 1 ? "" : ",") + detail::json_text(tensor->name) + ":{\"dtype\":\"" +
              std::string(dtype_name(tensor->type)) + "\",\"shape\":[" + sizes + "],\"data_offsets\":[" +
              std::to_string(place) + "," + std::to_string(place + *bytes) + "]}";
      place += *bytes;
    }
  } catch (nlohmann::json::exception const& failure) {
    throw error(path, std::string("a name or metadata can't be written (") + failure.what() + ")", "UTF-8 text");
  }
  text += "}";
  // Spaces after the object keep the data aligned to 8 bytes.
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > detail::max_safetensors_header) {
    throw error(path, "would get a header of " + std::to_string(text.size()) + " bytes",
                std::to_string(detail::max_safetensors_header) + " at most");
  }

  std::vector<std::byte> content;
  content.reserve(8 + text.size() + static_cast<std::size_t>(place));
  for (unsigned i = 0; i < 8; ++i)
    content.push_back(static_cast<std::byte>(std::uint64_t{text.size()} >> 8U * i & 0xffU));
  auto const* const text_bytes = reinterpret_cast<std::byte const*>(text.data());
  content.insert(content.end(), text_bytes, text_bytes + text.size());
  for (stored_tensor const* const tensor : order)
    content.insert(content.end(), tensor->bytes.begin(), tensor->bytes.end());
  write_file_atomically(path, content);
} catch (...) {
  detail::fail_to_write(path);
}

}  // namespace polyfold
