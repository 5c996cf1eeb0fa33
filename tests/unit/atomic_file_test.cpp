// write_file_atomically: the new content or the old one, and nothing left behind.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/atomic_file.hpp"
#include "temporary_files.hpp"

namespace {

using test::mentions;
using test::message_of;

void write(std::filesystem::path const& path, std::string const& text) { polyfold::write_file_atomically(path, text); }

unsigned mode_of(std::filesystem::path const& path) { return unsigned(std::filesystem::status(path).permissions()); }

/// What was synced: "file" or "folder", and what the target held then. The program's own fsync comes before the system's.
struct synced {
  std::string what;
  std::string content;
};
std::vector<synced>* synced_now = nullptr;
std::filesystem::path synced_target;

}  // namespace

extern "C" int fsync(int file) {
  struct stat status {};
  if (synced_now != nullptr && fstat(file, &status) == 0)
    synced_now->push_back({S_ISDIR(status.st_mode) ? "folder" : "file", test::read_bytes(synced_target)});
  return int(syscall(SYS_fsync, file));
}

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
  CHECK(mentions(message_of([&] { write(folder / "no-such-folder/file", "x"); }), {"no-such-folder", "Remedy"}));
  std::filesystem::create_directory(folder / "taken");
  CHECK(mentions(message_of([&] { write(folder / "taken", "x"); }), {"taken", "not a regular file"}));
  CHECK(std::filesystem::is_directory(folder / "taken"));
  CHECK(folder.files() == 1);
}

TEST_CASE("devices are refused and links followed", "[atomic_file]") {
  CHECK(mentions(message_of([] { write("/dev/null", "x"); }), {"/dev/null", "not a regular file"}));

  test::temporary_folder const folder;
  write(folder / "file", "old");
  std::filesystem::create_symlink("file", folder / "link");
  write(folder / "link", "new");
  CHECK(test::read_bytes(folder / "file") == "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  std::filesystem::create_symlink("nowhere", folder / "broken");
  CHECK(mentions(message_of([&] { write(folder / "broken", "x"); }), {"link to nowhere"}));
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
  std::string const message = message_of([&] { write(folder / "file", std::string(100000, 'x')); });
  std::string const late = message_of([&] { write(folder / "file", std::string(4100, 'x')); });
  setrlimit(RLIMIT_FSIZE, &saved);
  std::signal(SIGXFSZ, handler);

  CHECK(mentions(message, {"can't be written", "unchanged"}));
  CHECK(mentions(late, {"can't be written", "unchanged"}));
  CHECK(test::read_bytes(folder / "file") == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("a file keeps its permissions, and a new one gets the usual ones", "[atomic_file]") {
  test::temporary_folder const folder;
  mode_t const before = umask(027);
  write(folder / "file", "new");
  umask(before);
  CHECK(mode_of(folder / "file") == 0640);
  for (unsigned const mode : {0600U, 0755U, 0666U, 0444U}) {
    std::filesystem::permissions(folder / "file", std::filesystem::perms(mode));
    write(folder / "file", std::to_string(mode));
    CHECK(mode_of(folder / "file") == mode);
    CHECK(test::read_bytes(folder / "file") == std::to_string(mode));
  }
}

TEST_CASE("names as long as they may be are written", "[atomic_file]") {
  test::temporary_folder const folder;
  std::string const longest(255, 'n');
  write(folder / longest, "x");
  CHECK(test::read_bytes(folder / longest) == "x");
  CHECK(mentions(message_of([&] { write(folder / (longest + "n"), "x"); }), {longest, "too long", "Remedy: "}));
  CHECK(folder.files() == 1);
}

TEST_CASE("content, then name, are brought to the disk", "[atomic_file]") {
  test::temporary_folder const folder;
  write(folder / "file", "old");
  std::vector<synced> order;
  synced_target = folder / "file";
  synced_now = &order;
  write(folder / "file", "new");
  synced_now = nullptr;
  REQUIRE(order.size() == 2);
  CHECK(order[0].what == "file");
  CHECK(order[0].content == "old");
  CHECK(order[1].what == "folder");
  CHECK(order[1].content == "new");
}

TEST_CASE("what killed programs leave is removed by the next writer, what others write is not", "[atomic_file]") {
  test::temporary_folder const folder;
  std::vector<std::string> const others{"file.partial-notes", "other.partial-1-2", "file.partial",
                                        "profile.partial-1-2"};
  for (std::string const& name : others) test::write_bytes(folder / name, "x");
  std::filesystem::create_directory(folder / "file.partial-3-4");

  // One process in the middle of writing, and one that is killed there.
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    pid_t const child = fork();
    if (child == 0) {
      polyfold::detail::temporary_file file(folder / "file");
      file.write(std::as_bytes(std::span("half", 4)));
      bool const told = ::write(ready[1], "r", 1) == 1;
      for (;;) sleep(told ? 100U : 1U);
    }
    REQUIRE(child > 0);
    children.push_back(child);
  }
  char byte = 0;
  for (std::size_t i = 0; i < children.size(); ++i) REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(folder.files() == 5 + 2);
  kill(children[0], SIGKILL);
  waitpid(children[0], nullptr, 0);

  write(folder / "file", "whole");
  CHECK(test::read_bytes(folder / "file") == "whole");
  CHECK(folder.files() == 5 + 1 + 1);
  for (std::string const& name : others) CHECK(std::filesystem::exists(folder / name));
  kill(children[1], SIGKILL);
  waitpid(children[1], nullptr, 0);
  write(folder / "file", "again");
  CHECK(folder.files() == 5 + 1);
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("writers of one file beside each other do not disturb each other", "[atomic_file]") {
  test::temporary_folder const folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    pid_t const child = fork();
    if (child == 0) {
      std::string const own(std::size_t(1000 * (i + 1)), char('a' + i));
      for (int k = 0; k < 50; ++k)
        if (!message_of([&] { write(folder / "file", own); }).empty()) _exit(1);
      _exit(0);
    }
    children.push_back(child);
  }
  for (pid_t const child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  std::string const last = test::read_bytes(folder / "file");
  CHECK(last == std::string(1000 * std::size_t(last.front() - 'a' + 1), last.front()));
  CHECK(folder.files() == 1);
}
