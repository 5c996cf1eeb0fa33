// Writes a file whole or not at all: the bytes go to a temporary file in the same folder, which then takes the final
// name. Whoever reads the path sees the old content or the new one, also when the program or the machine stops in between.
//
// A program that is killed leaves its temporary file, NAME.partial-PROCESS-NUMBER. Whoever lives holds a lock on it, so
// that the next writer of NAME knows which ones nobody will finish, and removes those.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#if __has_include(<sys/file.h>)
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>

namespace polyfold {

namespace detail {

#if __has_include(<sys/file.h>)

[[nodiscard]] inline unsigned long process_number() { return static_cast<unsigned long>(::getpid()); }

/// Takes the lock that says that the file is in use; false where another process or thread has it, or where the file
/// system knows none.
[[nodiscard]] inline bool lock(std::FILE* stream, bool wait) {
  while (::flock(::fileno(stream), LOCK_EX | (wait ? 0 : LOCK_NB)) != 0)
    if (errno != EINTR) return false;
  return true;
}

/// Whether the open file is still the one at `path`.
[[nodiscard]] inline bool is_at(std::FILE* stream, std::filesystem::path const& path) {
  struct stat own {};
  struct stat found {};
  return ::fstat(::fileno(stream), &own) == 0 && ::stat(path.c_str(), &found) == 0 && own.st_dev == found.st_dev &&
         own.st_ino == found.st_ino;
}

/// Brings what was written to the disk: without this, a power failure after the renaming can leave a name without content.
[[nodiscard]] inline bool sync(std::FILE* stream) { return ::fsync(::fileno(stream)) == 0; }

/// The same for the names in a folder. One that may be written but not read, or that knows no syncing, is left as it is.
[[nodiscard]] inline bool sync_folder(std::filesystem::path const& folder) {
  int const opened = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return true;
  bool const done = ::fsync(opened) == 0 || errno == EINVAL || errno == ENOTSUP;
  int const failure = errno;
  ::close(opened);
  errno = failure;
  return done;
}

#else

[[nodiscard]] inline unsigned long process_number() { return 0; }
[[nodiscard]] inline bool lock(std::FILE*, bool) { return false; }
[[nodiscard]] inline bool is_at(std::FILE*, std::filesystem::path const&) { return true; }
[[nodiscard]] inline bool sync(std::FILE*) { return true; }
[[nodiscard]] inline bool sync_folder(std::filesystem::path const&) { return true; }

#endif

/// How the names of the temporary files for `target` begin. File systems take 255 bytes: very long names are cut.
[[nodiscard]] inline std::string temporary_prefix(std::filesystem::path const& target) {
  return target.filename().string().substr(0, 200) + ".partial-";
}

/// Removes the temporary files that killed programs have left for `target`. Nothing that fails here keeps a file from
/// being written.
inline void remove_leftovers(std::filesystem::path const& target) {
  std::string const prefix = temporary_prefix(target);
  std::error_code ignored;
  for (std::string const& name : all_names_in(target.parent_path(), ignored)) {
    if (!name.starts_with(prefix) || name.find_first_not_of("0123456789-", prefix.size()) != name.npos) continue;
    std::filesystem::path const path = target.parent_path() / name;
    if (std::filesystem::symlink_status(path, ignored).type() != std::filesystem::file_type::regular) continue;
    open_stream const left(std::fopen(path.string().c_str(), "rb"));
    if (left != nullptr && lock(left.get(), false) && is_at(left.get(), path)) std::filesystem::remove(path, ignored);
  }
}

/// A file under a temporary name; removed again unless it was moved to its final name.
class temporary_file {
 public:
  explicit temporary_file(std::filesystem::path const& target) : target_(target) {
    static std::atomic<unsigned> counter = 0;
    do {
      path_ = target.parent_path() /
              (temporary_prefix(target) + std::to_string(process_number()) + "-" + std::to_string(counter++));
      // "x": fail rather than write into a file that exists, as one of a process of another machine may.
      stream_.reset(std::fopen(path_.string().c_str(), "wbx"));
      if (stream_ == nullptr && errno != EEXIST) fail("can't be written: no file can be made beside it");
      // Another writer may take the file for a left one in the moment before it is locked.
    } while (stream_ == nullptr || (lock(stream_.get(), true) && !is_at(stream_.get(), path_)));
  }

  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;

  ~temporary_file() {
    if (moved_) return;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  void set_permissions(std::filesystem::perms wanted) {
    std::error_code code;
    std::filesystem::permissions(path_, wanted, code);
    if (code) throw system_failure(target_, "can't be written with the permissions of the old file", code);
  }

  void write(std::span<std::byte const> bytes) {
    if (!bytes.empty() && std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) != bytes.size()) fail(not_written);
  }

  void move_to_target() {
    if (std::fflush(stream_.get()) != 0 || !sync(stream_.get())) fail(not_written);
    std::error_code code;
    std::filesystem::rename(path_, target_, code);
    if (code) throw system_failure(target_, "can't be replaced", code);
    moved_ = true;
    stream_.reset();  // not before: the lock ends here
    if (!sync_folder(target_.parent_path())) fail("is written, but its folder may not hold it after a power failure");
  }

 private:
  static constexpr char not_written[] = "can't be written; an older file of this name is unchanged";

  [[noreturn]] void fail(char const* what) const {
    throw system_failure(target_, what, {errno, std::generic_category()});
  }

  std::filesystem::path target_;
  std::filesystem::path path_;
  open_stream stream_;
  bool moved_ = false;
};

}  // namespace detail

/// Replaces the content of `path` by `bytes`, or throws `failure` and leaves an older file as it was. The folder must exist.
/// The permissions are those of the file that is replaced, or for a new one what the process's mask leaves. A link is
/// followed: the file that it names is replaced, not the link; a second name of the old file (a hard link) keeps the old
/// content. Devices, pipes and folders are refused.
inline void write_file_atomically(std::filesystem::path const& path, std::span<std::byte const> bytes) try {
  namespace fs = std::filesystem;
  std::error_code code;
  fs::path target = path;
  if (fs::is_symlink(fs::symlink_status(path, code))) {
    target = fs::canonical(path, code);
    if (code) throw detail::system_failure(path, "is a link to nowhere", code, "a file", "remove the link");
  }
  fs::file_status const status = fs::status(target, code);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw failure(path, "is not a regular file", "a file, or a name that is free", "choose another output name");
  }
  detail::remove_leftovers(target);
  detail::temporary_file file(target);
  if (fs::exists(status)) file.set_permissions(status.permissions());
  file.write(bytes);
  file.move_to_target();
} catch (...) {
  detail::fail_to_write(path);
}

/// The same for text.
inline void write_file_atomically(std::filesystem::path const& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace polyfold
