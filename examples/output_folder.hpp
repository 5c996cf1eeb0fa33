// The folder that a program writes to: tried before the work whose results go there.
#pragma once

#include <filesystem>
#include <fstream>
#include <system_error>

#include <polyfold/failure.hpp>

/// Makes `folder` if it is not there. Throws `polyfold::failure` where that can't be done, or no file can be written in it.
inline void prepare_output_folder(std::filesystem::path const& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  std::filesystem::path const probe = folder / "polyfold.probe";
  bool written = false;
  if (!failure && std::filesystem::is_directory(folder, failure)) {
    std::ofstream file(probe, std::ios::binary);
    written = bool(file << '.' << std::flush);
  }
  if (!written)
    throw polyfold::failure(
        folder, "is no folder that files can be written in" + (failure ? " (" + failure.message() + ")" : ""),
        "a folder for results", "choose another one");
  std::filesystem::remove(probe, failure);
}
