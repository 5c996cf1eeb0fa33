// Writes a file whole or not at all: the bytes go to a temporary file in the same folder, which then takes the final
// name. Whoever reads the path sees the old content or the new one, also when the program is interrupted in between.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <system_error>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

#include <polyfold/error.hpp>

namespace polyfold {

namespace detail {

/// A name beside `path` that no other writer uses, in this process or another one.
inline std::filesystem::path temporary_beside(std::filesystem::path const& path) {
  static std::atomic<unsigned> counter = 0;
  std::random_device random;
  std::filesystem::path result = path;
  result += ".partial-" + std::to_string(random()) + "-" + std::to_string(counter++);
  return result;
}

/// A file under a temporary name; removed again unless it was moved to its final name.
class temporary_file {
 public:
  explicit temporary_file(std::filesystem::path const& target) : target_(target), path_(temporary_beside(target)) {
    // "x": fail rather than write into a file that exists.
    stream_ = std::fopen(path_.string().c_str(), "wbx");
    if (stream_ == nullptr) fail("can't create a file beside it", "make sure that its folder exists and is writable");
  }

  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;

  ~temporary_file() {
    if (stream_ != nullptr) std::fclose(stream_);
    if (moved_) return;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  void write(std::span<std::byte const> bytes) {
    if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail_to_write();
  }

  void move_to_target() {
    if (std::fflush(stream_) != 0) fail_to_write();
#if __has_include(<unistd.h>)
    // Without this, a power failure after the rename can leave the new name with no content.
    if (::fsync(::fileno(stream_)) != 0) fail_to_write();
#endif
    std::FILE* const stream = stream_;
    stream_ = nullptr;
    if (std::fclose(stream) != 0) fail_to_write();
    std::error_code code;
    std::filesystem::rename(path_, target_, code);
    if (code) throw error(target_, "can't be replaced (" + code.message() + ")", "", "check the folder's permissions");
    moved_ = true;
  }

 private:
  [[noreturn]] void fail_to_write() const {
    fail("can't be written", "check the free space on the disk; an older file of this name is unchanged");
  }
  [[noreturn]] void fail(std::string const& found, std::string const& remedy) const {
    throw error(target_, found + " (" + std::strerror(errno) + ")", "", remedy);
  }

  std::filesystem::path target_;
  std::filesystem::path path_;
  std::FILE* stream_ = nullptr;
  bool moved_ = false;
};

}  // namespace detail

/// Replaces the content of `path` by `bytes`, or throws `error` and leaves an older file as it was. The folder must
/// exist. A link is followed: the file that it names is replaced, not the link. Devices and pipes are refused.
inline void write_file_atomically(std::filesystem::path const& path, std::span<std::byte const> bytes) {
  namespace fs = std::filesystem;
  std::error_code code;
  fs::path target = path;
  if (fs::is_symlink(fs::symlink_status(path, code))) {
    target = fs::canonical(path, code);
    if (code) throw error(path, "is a link to nowhere (" + code.message() + ")", "", "remove the link");
  }
  fs::file_status const status = fs::status(target, code);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw error(target, "is not a regular file", "a file, or a name that is free", "choose another output name");
  }
  detail::temporary_file file(target);
  file.write(bytes);
  file.move_to_target();
}

}  // namespace polyfold
