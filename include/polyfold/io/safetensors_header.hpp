// The header of a safetensors file, a JSON object, read in one pass: nothing is kept but what the result needs, and every
// value is judged as it comes, so that time and memory grow with the header's length alone. Needs nlohmann/json.
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
#include <string>
#include <utility>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold::detail {

inline constexpr char safetensors_remedy[] = "copy or export the file again";

/// A tensor as the header describes it, and where its bytes begin and end in the data.
struct described_tensor {
  stored_tensor tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// What one of a tensor's three fields was found to be.
struct described_field {
  bool given = false;
  bool array = false;
  std::string text;
  std::vector<std::optional<std::int64_t>> numbers;  ///< of an array; nothing for what is no whole number from 0 on
};

struct described_fields {
  described_field type;
  described_field shape;
  described_field range;
};

[[nodiscard]] inline failure not_described(std::filesystem::path const& path, std::string const& name) {
  return {path, tensor_text(name) + " is not described by an object with dtype, shape and data_offsets", "all three",
          safetensors_remedy};
}

/// Checks a tensor's fields against each other and against the bytes that follow the header.
[[nodiscard]] inline described_tensor describe_tensor(std::filesystem::path const& path, std::string const& name,
                                                      described_fields const& fields, std::uint64_t data_bytes) {
  auto const fail = [&](std::string const& found, std::string const& expected) -> failure {
    return {path, tensor_text(name) + " " + found, expected, safetensors_remedy};
  };
  if (!fields.type.given || !fields.shape.given || !fields.range.given) throw not_described(path, name);

  described_tensor result;
  result.tensor.name = name;
  auto const known = std::find_if(dtypes.begin(), dtypes.end(),
                                  [&](dtype_entry const& candidate) { return candidate.name == fields.type.text; });
  if (known == dtypes.end()) {
    std::string names;
    for (dtype_entry const& candidate : dtypes) names += (names.empty() ? "" : ", ") + std::string(candidate.name);
    throw fail("has the dtype '" + fields.type.text.substr(0, 100) + "'", "one of " + names);
  }
  result.tensor.type = known->type;

  if (!fields.shape.array || fields.shape.numbers.size() > 32)
    throw fail("has a shape that is no short array", "at most 32 sizes");
  for (std::optional<std::int64_t> const& size : fields.shape.numbers) {
    if (!size) throw fail("has a size in its shape that is no whole number from 0 on", "whole numbers");
    result.tensor.shape.push_back(*size);
  }
  std::optional<std::uint64_t> const bytes = tensor_bytes(result.tensor.shape, result.tensor.type);
  if (!bytes) throw fail("has the shape " + shape_text(result.tensor.shape), "a size that fits into memory");

  auto const& range = fields.range.numbers;
  if (!fields.range.array || range.size() != 2 || !range[0] || !range[1])
    throw fail("has data_offsets of another form", "[begin, end], whole numbers from 0 on");
  result.begin = static_cast<std::uint64_t>(*range[0]);
  result.end = static_cast<std::uint64_t>(*range[1]);
  std::string const text = "[" + std::to_string(result.begin) + ", " + std::to_string(result.end) + "]";
  if (result.begin > result.end || result.end > data_bytes) {
    throw fail("has the byte range " + text,
               "a range within the " + std::to_string(data_bytes) + " bytes that follow the header");
  }
  if (result.end - result.begin != *bytes) {
    throw fail("has the byte range " + text, std::to_string(*bytes) + " bytes for " +
                                                 std::string(dtype_name(result.tensor.type)) + " " +
                                                 shape_text(result.tensor.shape));
  }
  return result;
}

/// Takes the header's values as nlohmann's parser comes upon them: header { tensor { shape [ ... ] } }. Throws `failure` at
/// the first that is not as it should be, and for names that occur twice.
class safetensors_header {
 public:
  /// Reads `text`, which `data_bytes` follow in the file.
  safetensors_header(std::filesystem::path const& path, std::string const& text, std::uint64_t data_bytes)
      : path_(path), data_bytes_(data_bytes) {
    nlohmann::json::sax_parse(text, this);
  }

  std::vector<described_tensor> tensors;  ///< in the header's order
  std::map<std::string, std::string> metadata;

  // What the parser calls.
  bool null() { return value(std::nullopt); }
  bool boolean(bool) { return value(std::nullopt); }
  bool number_integer(std::int64_t) { return value(std::nullopt); }  // the negative ones
  bool number_unsigned(std::uint64_t number) {
    constexpr auto most = static_cast<std::uint64_t>((std::numeric_limits<std::int64_t>::max)());
    return value(number <= most ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt);
  }
  bool number_float(double, std::string const&) { return value(std::nullopt); }
  bool binary(nlohmann::json::binary_t&) { return value(std::nullopt); }
  bool string(std::string& text) {
    if (depth_ == 2 && in_metadata_) {
      metadata.emplace(key_, std::move(text));
      return true;
    }
    if (depth_ == 2 && field_ != nullptr) field_->text = std::move(text);
    return value(std::nullopt);
  }

  bool start_object(std::size_t) {
    if (depth_ == 1) fields_ = {};
    open();
    return true;
  }
  bool key(std::string& name) {
    if (!keys_.at(depth_ - 1).insert(name).second)
      throw failure(path_, "the header holds the name '" + name.substr(0, 100) + "' twice", "unique names",
                    safetensors_remedy);
    if (depth_ == 1) {
      in_metadata_ = name == "__metadata__";
      name_ = std::move(name);
    } else if (depth_ == 2) {
      field_ = in_metadata_             ? nullptr
               : name == "dtype"        ? &fields_.type
               : name == "shape"        ? &fields_.shape
               : name == "data_offsets" ? &fields_.range
                                        : nullptr;
      if (field_ != nullptr) field_->given = true;
      key_ = std::move(name);
    }
    return true;
  }
  bool end_object() {
    --depth_;
    if (depth_ == 1 && !in_metadata_) tensors.push_back(describe_tensor(path_, name_, fields_, data_bytes_));
    return true;
  }

  bool start_array(std::size_t) {
    if (depth_ <= 1) return value(std::nullopt);
    if (depth_ == 2 && field_ != nullptr) field_->array = true;
    open();
    return true;
  }
  bool end_array() {
    --depth_;
    return true;
  }

  bool parse_error(std::size_t, std::string const&, nlohmann::json::exception const& caught) {
    throw failure(path_, "the header is not valid JSON (" + std::string(caught.what()).substr(0, 300) + ")",
                  "a safetensors file", safetensors_remedy);
  }

 private:
  /// An object or array begins.
  void open() {
    if (depth_ == 2 && in_metadata_) value(std::nullopt);
    if (depth_ > 2)
      throw failure(path_, "the header is nested more than three deep", "tensors with dtype and shape",
                    safetensors_remedy);
    keys_.at(depth_).clear();
    ++depth_;
  }

  /// What is no text, no object and no array: a whole number from 0 on, or something else.
  bool value(std::optional<std::int64_t> number) {
    if (depth_ == 0) throw failure(path_, "the header is not a JSON object", "an object", safetensors_remedy);
    if (depth_ == 1 && in_metadata_)
      throw failure(path_, "__metadata__ is not an object", "an object of texts", safetensors_remedy);
    if (depth_ == 1) throw not_described(path_, name_);
    if (in_metadata_)
      throw failure(path_, "__metadata__ has a value that is no text at '" + key_.substr(0, 100) + "'", "texts",
                    safetensors_remedy);
    // 33 are one too many for a shape: more say nothing new.
    if (depth_ == 3 && field_ != nullptr && field_->numbers.size() <= 32) field_->numbers.push_back(number);
    return true;
  }

  std::filesystem::path path_;
  std::uint64_t data_bytes_;
  std::size_t depth_ = 0;                      // of objects and arrays that are open
  std::array<std::set<std::string>, 3> keys_;  // of the objects that are open, by depth
  bool in_metadata_ = false;
  std::string name_;  // the tensor's, or "__metadata__"
  std::string key_;   // within it
  described_fields fields_;
  described_field* field_ = nullptr;  // the one that is being read
};

}  // namespace polyfold::detail
