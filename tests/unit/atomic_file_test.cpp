// write_file_atomically: the new content or the old one, and nothing left behind.

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

#include "catch.hpp"
#include "polyfold/io/atomic_file.hpp"
#include "temporary_files.hpp"

namespace {

using test::failure;
using test::mentions;

void write(std::filesystem::path const& path, std::string const& text) {
  polyfold::write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace

TEST_CASE("a file is created and replaced whole", "[atomic_file]") {
  test::temporary_folder const folder;
  write(folder / "file", "a long first content");
  CHECK(test::read_bytes(folder / "file") == "a long first content");
  write(folder / "file", "second");
  CHECK(test::read_bytes(folder / "file") == "second");
  write(folder / "file", "");
  CHECK(test::read_bytes(folder / "file").empty());
  CHECK(folder.files() == 1);
}

TEST_CASE("a target that can't be written is named and nothing is left behind", "[atomic_file]") {
  test::temporary_folder const folder;
  CHECK(mentions(failure([&] { write(folder / "no-such-folder/file", "x"); }), {"no-such-folder", "Remedy"}));
  std::filesystem::create_directory(folder / "taken");
  CHECK(mentions(failure([&] { write(folder / "taken", "x"); }), {"taken", "not a regular file"}));
  CHECK(std::filesystem::is_directory(folder / "taken"));
  CHECK(folder.files() == 1);
}

#if __has_include(<sys/resource.h>)

TEST_CASE("devices are refused and links followed", "[atomic_file]") {
  CHECK(mentions(failure([] { write("/dev/null", "x"); }), {"/dev/null", "not a regular file"}));

  test::temporary_folder const folder;
  write(folder / "file", "old");
  std::filesystem::create_symlink("file", folder / "link");
  write(folder / "link", "new");
  CHECK(test::read_bytes(folder / "file") == "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  std::filesystem::create_symlink("nowhere", folder / "broken");
  CHECK(mentions(failure([&] { write(folder / "broken", "x"); }), {"link to nowhere"}));
}

TEST_CASE("when the disk refuses to take more, the old file stays as it was", "[atomic_file]") {
  test::temporary_folder const folder;
  write(folder / "file", "old");
  // A limit on file sizes stands in for a full disk; without the handler it would end the process by a signal.
  rlimit saved{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &saved) == 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = saved;
  small.rlim_cur = 4096;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string const message = failure([&] { write(folder / "file", std::string(100000, 'x')); });
  std::string const late = failure([&] { write(folder / "file", std::string(4100, 'x')); });
  setrlimit(RLIMIT_FSIZE, &saved);
  std::signal(SIGXFSZ, handler);

  CHECK(mentions(message, {"can't be written", "unchanged"}));
  CHECK(mentions(late, {"can't be written", "unchanged"}));
  CHECK(test::read_bytes(folder / "file") == "old");
  CHECK(folder.files() == 1);
}

#endif
