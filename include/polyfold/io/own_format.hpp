// What files of polyfold's own say of themselves, in the metadata of a safetensors file:
//
//   "format"    what the file is, and its version: "polyfold network 2", "polyfold checkpoint 2"
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

inline constexpr int own_version = 2;

/// The text under `key`; none where there is no such key.
[[nodiscard]] inline std::string metadata_text(tensor_file const& file, char const* key) {
  auto const found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

/// Makes `file`, which has its tensors, a `kind` of this version: "network", "checkpoint".
inline void state_format(tensor_file& file, std::string const& kind) {
  file.metadata["format"] = "polyfold " + kind + " " + std::to_string(own_version);
  file.metadata["checksum"] = checksum_text(file.tensors);
}

/// The version of a file that must be a `kind`. Throws `failure` where it is something else or of a newer version.
[[nodiscard]] inline int version_of(std::filesystem::path const& path, tensor_file const& file,
                                    std::string const& kind) {
  std::string const start = "polyfold " + kind + " ";
  std::string const format = metadata_text(file, "format");
  int const version =
      format.starts_with(start) ? to_number<int>(std::string_view(format).substr(start.size())).value_or(0) : 0;
  if (version < 1)
    throw failure(path, "has the format '" + format.substr(0, 100) + "'",
                  "'" + start + std::to_string(own_version) + "' or an older version");
  if (version > own_version)
    throw failure(path, "is a " + kind + " of version " + std::to_string(version),
                  "version " + std::to_string(own_version) + " at most", "read it with a newer polyfold");
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
