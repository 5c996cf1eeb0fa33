// What files of polyfold's own say of themselves, in the metadata of a safetensors file:
//
//   "format"    what the file is, and its version: "polyfold network 2", "polyfold checkpoint 3"
//   "checksum"  of its numbers, from version 2 on (see checksum.hpp)
//
// A reader takes every version up to its own, and refuses newer ones.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <polyfold/failure.hpp>
#include <polyfold/io/checksum.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/text.hpp>

namespace polyfold::detail {

/// A kind of files and its latest version.
struct own_format {
  char const* kind;
  int version;
};
inline constexpr own_format network_format{"network", 2};
inline constexpr own_format checkpoint_format{"checkpoint", 3};  // 3: with averages, where there are any

/// The text under `key`; none where there is no such key.
[[nodiscard]] inline std::string metadata_text(tensor_file const& file, char const* key) {
  auto const found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

/// Makes `file`, which has its tensors, one of the latest version.
inline void state_format(tensor_file& file, own_format const& of) {
  file.metadata["format"] = "polyfold " + std::string(of.kind) + " " + std::to_string(of.version);
  file.metadata["checksum"] = checksum_text(file.tensors);
}

/// The version of a file that must be of this kind. Throws `failure` where it is something else or of a newer version.
[[nodiscard]] inline int version_of(std::filesystem::path const& path, tensor_file const& file, own_format const& of) {
  std::string const start = "polyfold " + std::string(of.kind) + " ";
  std::string const format = metadata_text(file, "format");
  int const version =
      format.starts_with(start) ? to_number<int>(std::string_view(format).substr(start.size())).value_or(0) : 0;
  if (version < 1)
    throw failure(path, "has the format '" + format.substr(0, 100) + "'",
                  "'" + start + std::to_string(of.version) + "' or an older version");
  if (version > of.version)
    throw failure(path, "is a " + std::string(of.kind) + " of version " + std::to_string(version),
                  "version " + std::to_string(of.version) + " at most", "read it with a newer polyfold");
  return version;
}

/// Throws `failure` where the numbers of a file of this version are not those that were written.
inline void check_checksum(std::filesystem::path const& path, tensor_file const& file, int version) {
  if (version < 2) return;  // without one
  std::string const stated = metadata_text(file, "checksum");
  std::string const found = checksum_text(file.tensors);
  if (stated != found)
    throw failure(path, "its numbers are damaged: their checksum is " + found,
                  stated.empty() ? "a checksum in the file" : "'" + stated.substr(0, 100) + "', as the file states",
                  "take the file from a copy, or make it anew");
}

}  // namespace polyfold::detail
