// How the readers and writers of files meet the world: what is there, a file's bytes, and every failure as `failure`.
//
// A public function that reads or writes is a function-try-block, so that nothing else leaves it:
//
//   inline picture read_png(std::filesystem::path const& path) try {
//     ...
//   } catch (...) {
//     detail::fail_to_read(path);
//   }
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<dirent.h>)
#include <dirent.h>
#endif

#include <polyfold/failure.hpp>
#include <polyfold/io/narrowed.hpp>

namespace polyfold {

namespace detail {

/// The failure where memory does not even suffice for the text of another one.
class memory_error final : public failure {
 public:
  memory_error() : failure(std::string()) {}
  [[nodiscard]] char const* what() const noexcept override {
    return "A file can't be read or written: there is no memory left, not even for its name. Remedy: end other "
           "programs, or use smaller data.";
  }
};

/// What a person can do about a failure of the operating system.
[[nodiscard]] inline std::string remedy_of(std::error_code const& code) {
  if (code == std::errc::permission_denied || code == std::errc::operation_not_permitted)
    return "check the permissions of the file and of the folders above it";
  if (code == std::errc::too_many_symbolic_link_levels) return "remove the link that leads back to itself";
  if (code == std::errc::filename_too_long) return "choose a shorter name";
  if (code == std::errc::no_space_on_device) return "free space on the disk";
  if (code == std::errc::read_only_file_system) return "choose a folder on another disk";
  if (code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system)
    return "close files, or allow more of them";
  if (code == std::errc::not_enough_memory || code == std::errc::resource_unavailable_try_again)
    return "end other programs, or use smaller data";
  return "check the path, and that the disk works";
}

/// Where the file at `path` is, or is to be, something else. `what`: "can't be read".
[[nodiscard]] inline failure system_failure(std::filesystem::path const& path, std::string const& what,
                                            std::error_code const& code, std::string const& expected = "",
                                            std::string const& remedy = "") {
  return {path, what + " (" + code.message() + ")", expected, remedy.empty() ? remedy_of(code) : remedy};
}

/// To be called where an exception is handled: throws a `failure` in its place, which names `path`; a `failure` goes on as
/// it is. `what`: "can't be read".
[[noreturn]] inline void rethrow_as_failure(std::filesystem::path const& path, char const* what) {
  auto const out_of_memory = [&] {
    return failure(path, std::string(what) + ": there is not enough memory", "",
                   "end other programs, or use smaller data");
  };
  try {
    try {
      throw;
    } catch (failure const&) {
      throw;
    } catch (std::bad_alloc const&) {
      throw out_of_memory();
    } catch (std::length_error const&) {  // of a container that would be larger than any memory
      throw out_of_memory();
    } catch (std::filesystem::filesystem_error const& caught) {
      throw system_failure(caught.path1().empty() ? path : caught.path1(), what, caught.code());
    } catch (std::system_error const& caught) {
      throw system_failure(path, what, caught.code());
    } catch (std::exception const& caught) {
      throw failure(path, std::string(what) + " (" + caught.what() + ")", "",
                    "use a file that another program accepts");
    }
  } catch (std::bad_alloc const&) {
    throw memory_error();
  }
}

[[noreturn]] inline void fail_to_read(std::filesystem::path const& path) { rethrow_as_failure(path, "can't be read"); }
[[noreturn]] inline void fail_to_write(std::filesystem::path const& path) {
  rethrow_as_failure(path, "can't be written");
}

/// What is at `path`, behind links; file_type::not_found where nothing is. Throws `failure` where that can't be told.
[[nodiscard]] inline std::filesystem::file_type type_at(std::filesystem::path const& path) {
  std::error_code code;
  std::filesystem::file_type const type = std::filesystem::status(path, code).type();
  if (type != std::filesystem::file_type::not_found && code) throw system_failure(path, "can't be read", code);
  return type;
}

[[nodiscard]] inline bool is_folder(std::filesystem::path const& path) {
  return type_at(path) == std::filesystem::file_type::directory;
}

/// The size of the regular file at `path`. Throws `failure`, with what was `expected` there and, if it is known better than
/// from the failure, the `remedy`, where there is none. Devices and pipes, which may never end, are refused unopened.
[[nodiscard]] inline std::uint64_t size_of_file(std::filesystem::path const& path, std::string const& expected,
                                                std::string const& remedy = "") {
  using std::filesystem::file_type;
  std::error_code code;
  file_type const type = std::filesystem::status(path, code).type();
  if (code) throw system_failure(path, "can't be read", code, expected, remedy);
  if (type != file_type::regular)
    throw failure(path, type == file_type::directory ? "is a folder" : "is not a regular file", expected, remedy);
  std::uint64_t const size = std::filesystem::file_size(path, code);
  if (code) throw system_failure(path, "can't be read", code, expected, remedy);
  return size;
}

struct close_stream {
  void operator()(std::FILE* stream) const { std::fclose(stream); }
};
using open_stream = std::unique_ptr<std::FILE, close_stream>;

/// A regular file, read from its first byte on.
class input_file {
 public:
  /// Throws as size_of_file does, and where the file can't be opened.
  explicit input_file(std::filesystem::path const& path, std::string const& expected, std::string const& remedy = "")
      : path_(path), expected_(expected), remedy_(remedy), size_(size_of_file(path, expected, remedy)) {
    stream_.reset(std::fopen(path.string().c_str(), "rb"));
    if (stream_ == nullptr) throw failed(errno);
  }

  /// Bytes of the whole file, when it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Leaves the next bytes out.
  void skip(std::uint64_t bytes) {
    if (std::fseek(stream_.get(), static_cast<long>(bytes), SEEK_CUR) != 0) throw failed(errno);
  }

  /// Fills `out` with the next bytes. Throws `failure` where the disk fails or the file has got shorter.
  void read(std::span<std::byte> out) {
    errno = 0;
    if (out.empty() || std::fread(out.data(), 1, out.size(), stream_.get()) == out.size()) return;
    if (std::ferror(stream_.get()) != 0) throw failed(errno);
    throw failure(path_, "ends before its " + std::to_string(size_) + " bytes", expected_, remedy_);
  }

 private:
  [[nodiscard]] failure failed(int number) const {
    return system_failure(path_, "can't be read", {number, std::generic_category()}, expected_, remedy_);
  }

  std::filesystem::path path_;
  std::string expected_;
  std::string remedy_;
  std::uint64_t size_;
  open_stream stream_;
};

/// The names of all that is in a folder. Not by std::filesystem where that can be avoided: libstdc++'s directory_iterator
/// ends the program where memory runs out.
[[nodiscard]] inline std::vector<std::string> all_names_in(std::filesystem::path const& folder, std::error_code& code) {
  std::vector<std::string> names;
#if __has_include(<dirent.h>)
  struct close {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  std::unique_ptr<DIR, close> const stream(::opendir(folder.empty() ? "." : folder.c_str()));
  errno = stream == nullptr ? errno : 0;
  while (stream != nullptr) {
    dirent const* const entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
    errno = 0;
  }
  code.assign(errno, std::generic_category());
#else
  for (std::filesystem::directory_iterator at(folder.empty() ? "." : folder, code), end; !code && at != end;
       at.increment(code))
    names.push_back(at->path().filename().string());
#endif
  return names;
}

/// The names in a folder for whose paths keep(path) holds, in the order of their bytes. Throws `failure` where it is no
/// folder, with what was `expected` there.
template <class Keep>
[[nodiscard]] std::vector<std::string> names_in(std::filesystem::path const& folder, std::string const& expected,
                                                Keep keep) {
  if (!is_folder(folder)) throw failure(folder, "is no folder", expected, "name another one");
  std::error_code code;
  std::vector<std::string> names = all_names_in(folder, code);
  if (code) throw system_failure(folder, "can't be read", code, expected);
  std::erase_if(names, [&](std::string const& name) { return !keep(folder / name); });
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace detail

/// The bytes of a whole file. Throws `failure`, with what was `expected` there, where it can't be read.
[[nodiscard]] inline std::string read_file(std::filesystem::path const& path, std::string const& expected = "a file",
                                           std::string const& remedy = "") try {
  detail::input_file file(path, expected, remedy);
  std::string bytes(detail::narrowed<std::size_t>(file.size()), '\0');
  file.read(std::as_writable_bytes(std::span(bytes)));
  return bytes;
} catch (...) {
  detail::fail_to_read(path);
}

/// Makes the folder and those above it, as far as they are not there. Throws `failure` where that fails.
inline void make_folders(std::filesystem::path const& path) try {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  // Without a name there is nothing to make: the parent of a file in the working folder.
  if (code && !path.empty())
    throw detail::system_failure(path, "can't be made", code, "a folder, or a name that is free");
} catch (...) {
  detail::fail_to_write(path);
}

/// Whether something is at `path`, behind links. Throws `failure` where that can't be told.
[[nodiscard]] inline bool is_there(std::filesystem::path const& path) try {
  return detail::type_at(path) != std::filesystem::file_type::not_found;
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
