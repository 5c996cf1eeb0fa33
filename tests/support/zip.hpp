// Zip archives of .npy arrays, as tests make them.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// The bytes of a .npy array from its dictionary and elements.
[[nodiscard]] inline std::string npy(std::string const& dictionary, std::string const& elements) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xffU);
  bytes += static_cast<char>(dictionary.size() >> 8U);
  return bytes + dictionary + elements;
}

inline void write_zip(std::filesystem::path const& path,
                      std::vector<std::pair<std::string, std::string>> const& members, bool packed = true) {
  archive* const out = archive_write_new();
  archive_write_set_format_zip(out);
  if (!packed) archive_write_zip_set_compression_store(out);
  if (archive_write_open_filename(out, path.c_str()) == ARCHIVE_OK)
    for (auto const& [name, bytes] : members) {
      archive_entry* const entry = archive_entry_new();
      archive_entry_set_pathname(entry, name.c_str());
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
      archive_write_header(out, entry);
      archive_write_data(out, bytes.data(), bytes.size());
      archive_entry_free(entry);
    }
  archive_write_free(out);
}

}  // namespace test
