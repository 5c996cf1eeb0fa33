// What the fuzzers share: the rule of what is a finding, and files to be read.
//
// libFuzzer calls LLVMFuzzerTestOneInput with bytes of its own making. Readers may take them or refuse them with
// polyfold::failure. Anything else ends the program, which is a finding: another exception, a report of a sanitizer, too
// much time, and more memory than files of this size may ask for.
#pragma once

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <polyfold/failure.hpp>
#include <polyfold/io/read_limits.hpp>

#include "unit/temporary_files.hpp"

namespace fuzz {

/// Less than the default, so that claims are refused often and the bound on memory is a tight one. The mebibyte covers
/// the buffers that readers have whatever the file.
inline constexpr polyfold::read_limits limits{.factor = 64, .extra = std::uint64_t{1} << 20U};

/// Bytes that the program holds, and the most of it, libraries included. The sanitizer's allocator tells.
inline std::atomic<std::size_t> held = 0;
inline std::atomic<std::size_t> most_held = 0;

inline void count_memory() {
  __sanitizer_install_malloc_and_free_hooks(
      [](void const volatile*, std::size_t size) {
        std::size_t const now = held += size;
        for (std::size_t most = most_held; now > most && !most_held.compare_exchange_weak(most, now);) continue;
      },
      [](void const volatile* memory) { held -= __sanitizer_get_allocated_size(const_cast<void const*>(memory)); });
}

/// Runs `read`, which reads files of `file_bytes` bytes together; true where it takes them.
template <class Read>
bool accepts(std::size_t file_bytes, Read const& read) {
  static bool const counting = (count_memory(), true);
  static_cast<void>(counting);
  std::size_t const before = held;
  most_held = before;
  bool accepted = true;
  try {
    read();
  } catch (polyfold::failure const&) {
    accepted = false;
  }
  // What read_limits promises: three times as much while a reader works.
  std::size_t const taken = most_held - std::min<std::size_t>(before, most_held);
  if (taken > 3 * limits.allowed(file_bytes)) {
    std::fprintf(stderr, "finding: files of %zu bytes took %zu bytes of memory\n", file_bytes, taken);
    std::abort();
  }
  return accepted;
}

/// Ends the program where `holds` does not.
inline void require(bool holds, char const* what) {
  if (holds) return;
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

[[nodiscard]] inline std::string text_of(std::uint8_t const* data, std::size_t size) {
  return {reinterpret_cast<char const*>(data), size};
}

/// The bytes as several files: what lies between bytes of 0xfe, which text has not. The last of `count` takes the rest.
[[nodiscard]] inline std::vector<std::string> parts_of(std::string_view bytes, std::size_t count) {
  std::vector<std::string> parts;
  while (parts.size() + 1 < count) {
    std::size_t const end = std::min(bytes.find('\xfe'), bytes.size());
    parts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  parts.emplace_back(bytes);
  return parts;
}

/// The folder in which this program's files lie. It goes with the program, but stays after a finding.
inline test::temporary_folder const& folder() {
  static test::temporary_folder const here;
  return here;
}

/// A file with these bytes.
[[nodiscard]] inline std::filesystem::path file_of(std::string const& bytes, std::string const& name = "file") {
  std::filesystem::path path = folder() / name;
  test::write_bytes(path, bytes);
  return path;
}

}  // namespace fuzz

/// What libFuzzer calls.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
