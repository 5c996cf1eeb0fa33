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
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/narrowed.hpp>
#include <polyfold/io/safetensors_header.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold {

namespace detail {

/// More than 100,000 tensors fit into such a header; a longer one is no list of tensors.
inline constexpr std::uint64_t max_safetensors_header = std::uint64_t{16} << 20U;

/// A text as JSON writes it. Throws nlohmann's exception where it is not UTF-8.
inline std::string json_text(std::string const& text) { return nlohmann::json(text).dump(); }

}  // namespace detail

/// Reads a safetensors file. Its tensors come in the order of their bytes, which need not be the network's. Everything
/// in the header is checked against the file's true length before memory is taken for a tensor. Throws `failure` with the
/// file, the tensor, what was found and what was expected; nothing is returned by halves.
inline tensor_file read_safetensors(std::filesystem::path const& path) try {
  using detail::safetensors_remedy;
  detail::input_file stream(path, "a safetensors file");
  std::uint64_t const file_bytes = stream.size();

  if (file_bytes < 8) {
    throw failure(path, "has " + std::to_string(file_bytes) + " bytes", "8 at least, the header's length",
                  safetensors_remedy);
  }
  std::array<unsigned char, 8> length_bytes{};
  stream.read(std::as_writable_bytes(std::span(length_bytes)));
  std::uint64_t header_bytes = 0;
  for (std::size_t i = 8; i-- > 0;) header_bytes = header_bytes << 8U | length_bytes[i];
  if (header_bytes > file_bytes - 8) {
    throw failure(path, "states a header of " + std::to_string(header_bytes) + " bytes",
                  "at most the " + std::to_string(file_bytes - 8) + " that follow", safetensors_remedy);
  }
  if (header_bytes > detail::max_safetensors_header) {
    throw failure(path, "states a header of " + std::to_string(header_bytes) + " bytes",
                  std::to_string(detail::max_safetensors_header) + " at most");
  }
  std::string text(detail::narrowed<std::size_t>(header_bytes), '\0');
  stream.read(std::as_writable_bytes(std::span(text)));
  if (text.empty() || text.front() != '{') {
    throw failure(path, "the header does not start with '{'", "a safetensors file", safetensors_remedy);
  }
  std::uint64_t const data_bytes = file_bytes - 8 - header_bytes;
  detail::safetensors_header header(path, text, data_bytes);
  // Sorted by place, the byte ranges must follow each other from the first byte to the last.
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [](auto const& a, auto const& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t place = 0;
  for (detail::described_tensor const& next : header.tensors) {
    if (next.begin != place) {
      throw failure(
          path,
          detail::tensor_text(next.tensor.name) + " begins at byte " + std::to_string(next.begin) + " of the data",
          std::to_string(place) + ", where the one before it ends", safetensors_remedy);
    }
    place = next.end;
  }
  if (place != data_bytes) {
    throw failure(path, "holds " + std::to_string(data_bytes) + " bytes of data",
                  std::to_string(place) + ", the end of the last tensor", safetensors_remedy);
  }

  tensor_file result;
  result.metadata = std::move(header.metadata);
  for (detail::described_tensor& next : header.tensors) {
    next.tensor.bytes.resize(detail::narrowed<std::size_t>(next.end - next.begin));
    stream.read(next.tensor.bytes);
    result.tensors.push_back(std::move(next.tensor));
  }
  return result;
} catch (...) {
  detail::fail_to_read(path);
}

/// Writes a safetensors file, whole or not at all (write_file_atomically). Tensors of wide element types come first, so
/// that every tensor is aligned in the file; among equal widths the given order stays. Throws `failure` for names that
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
        throw failure(path, detail::tensor_text(tensor->name) + " would be written twice or has a reserved name",
                      "unique names");
      }
      std::optional<std::uint64_t> const bytes = detail::tensor_bytes(tensor->shape, tensor->type);
      if (!bytes || *bytes != tensor->bytes.size()) {
        throw failure(path,
                      detail::tensor_text(tensor->name) + " has " + std::to_string(tensor->bytes.size()) + " bytes",
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
  } catch (nlohmann::json::exception const& caught) {
    throw failure(path, std::string("a name or metadata can't be written (") + caught.what() + ")", "UTF-8 text");
  }
  text += "}";
  // Spaces after the object keep the data aligned to 8 bytes.
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > detail::max_safetensors_header) {
    throw failure(path, "would get a header of " + std::to_string(text.size()) + " bytes",
                  std::to_string(detail::max_safetensors_header) + " at most");
  }

  std::vector<std::byte> content;
  content.reserve(8 + text.size() + detail::narrowed<std::size_t>(place));
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
