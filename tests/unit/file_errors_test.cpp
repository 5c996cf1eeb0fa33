// Whatever is wrong with a path, each reader and writer of files says so as polyfold::failure, with the path and a remedy.

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "file_users.hpp"
#include "temporary_files.hpp"

namespace {

using test::file_user;

/// The message of the polyfold::failure of `use`; "nothing" or the kind of what else came.
std::string outcome(std::function<void()> const& use) {
  try {
    use();
  } catch (polyfold::failure const& caught) {
    return caught.what();
  } catch (std::exception const& caught) {
    return std::string("no polyfold::failure: ") + caught.what();
  }
  return "no polyfold::failure: nothing thrown";
}

/// A person finds the place and what to do.
void check_told(std::string const& said, std::string const& name) {
  INFO(said);
  CHECK(said.find("no polyfold::failure") == std::string::npos);
  CHECK(said.find(name) != std::string::npos);
  CHECK((said.find("Remedy: ") != std::string::npos || said.find("expected ") != std::string::npos));
}

/// Nobody while it lives, where the tests run as root, who may do everything.
class as_nobody {
 public:
  as_nobody() : before_(geteuid()) {
    if (before_ == 0) works_ = seteuid(65534) == 0;
  }
  as_nobody(as_nobody const&) = delete;
  as_nobody& operator=(as_nobody const&) = delete;
  ~as_nobody() { works_ = seteuid(before_) == 0; }
  [[nodiscard]] bool works() const { return works_; }

 private:
  uid_t before_;
  bool works_ = true;
};

}  // namespace

TEST_CASE("what is at a path and can't be a file is told", "[file_errors]") {
  test::temporary_folder const folder;
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink("loop", folder / "loop");
  std::filesystem::create_symlink("/dev/zero", folder / "device");
  test::write_bytes(folder / "file", "x");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  std::string const long_name(300, 'n');
  for (file_user const& user : test::readers_of_files()) {
    INFO(user.name);
    for (std::string const& name : {std::string("nothing"), std::string("folder"), std::string("loop"),
                                    std::string("device"), std::string("pipe"), std::string("file/below"), long_name}) {
      // No file is no checkpoint, and no failure.
      if (user.name == "load_checkpoint" && (name == "nothing" || name == "file/below")) continue;
      INFO(name);
      check_told(outcome([&] { user.use(folder / name); }), name);
    }
  }
  for (file_user const& user : test::writers_of_files()) {
    INFO(user.name);
    for (std::string const& name : {std::string("nothing/file"), std::string("folder"), std::string("loop"),
                                    std::string("device"), std::string("pipe"), std::string("file/below"), long_name}) {
      INFO(name);
      check_told(outcome([&] { user.use(folder / name); }), name);
    }
  }
  CHECK(folder.files() == 5);
}

TEST_CASE("what is at a path and can't be a folder is told", "[file_errors]") {
  test::temporary_folder const folder;
  std::filesystem::create_symlink("loop", folder / "loop");
  test::write_bytes(folder / "file", "x");
  std::string const long_name(300, 'n');
  for (file_user const& user : test::readers_of_folders()) {
    INFO(user.name);
    for (std::string const& name : {std::string("nothing"), std::string("loop"), std::string("file"), long_name}) {
      INFO(name);
      check_told(outcome([&] { user.use(folder / name); }), name);
    }
  }
}

TEST_CASE("what is wrong with a file in a folder that is read is told", "[file_errors]") {
  for (file_user const& user : test::readers_of_folders()) {
    INFO(user.name);
    test::temporary_folder const folder;
    user.prepare(folder.path());
    user.use(folder.path());
    for (std::string const& needed : user.needs) {
      std::filesystem::path const file = folder / needed;
      INFO(file);
      std::filesystem::path const aside = folder / "aside";
      std::filesystem::rename(file, aside);
      std::filesystem::create_symlink(file.filename(), file);
      check_told(outcome([&] { user.use(folder.path()); }), file.filename().string());
      std::filesystem::remove(file);
      REQUIRE(mkfifo(file.c_str(), 0600) == 0);
      check_told(outcome([&] { user.use(folder.path()); }), folder.path().string());
      std::filesystem::remove(file);
      std::filesystem::rename(aside, file);
    }
  }
}

TEST_CASE("missing permissions are told", "[file_errors]") {
  test::temporary_folder const folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::create_directory(folder / "locked");
  test::write_bytes(folder / "locked/file", "x");
  test::write_bytes(folder / "unreadable", "x");
  std::filesystem::permissions(folder / "unreadable", std::filesystem::perms(0));
  std::filesystem::permissions(folder / "locked", std::filesystem::perms(0));
  std::filesystem::create_directory(folder / "sealed");
  std::filesystem::permissions(folder / "sealed", std::filesystem::perms(0555));
  {
    as_nobody const nobody;
    REQUIRE(nobody.works());
    for (file_user const& user : test::readers_of_files()) {
      INFO(user.name);
      check_told(outcome([&] { user.use(folder / "unreadable"); }), "unreadable");
      check_told(outcome([&] { user.use(folder / "locked/file"); }), "locked/file");
    }
    for (file_user const& user : test::readers_of_folders()) {
      INFO(user.name);
      check_told(outcome([&] { user.use(folder / "locked"); }), "locked");
    }
    for (file_user const& user : test::writers_of_files()) {
      INFO(user.name);
      check_told(outcome([&] { user.use(folder / "locked/file"); }), "locked/file");
      check_told(outcome([&] { user.use(folder / "sealed/new"); }), "sealed/new");
    }
  }
  std::filesystem::permissions(folder / "locked", std::filesystem::perms(0755));
  CHECK(test::read_bytes(folder / "locked/file") == "x");
}

TEST_CASE("each kind of foreign exception leaves a reader as error", "[file_errors]") {
  auto const told = [](auto const& thrown) {
    return outcome([&] {
      try {
        throw thrown;
      } catch (...) {
        polyfold::detail::fail_to_read("some/file");
      }
    });
  };
  check_told(told(std::bad_alloc()), "some/file");
  CHECK(told(std::bad_alloc()).find("not enough memory") != std::string::npos);
  CHECK(told(std::length_error("vector")).find("not enough memory") != std::string::npos);
  check_told(told(std::out_of_range("map::at")), "some/file");
  check_told(told(std::system_error(EAGAIN, std::generic_category())), "some/file");
  check_told(told(std::filesystem::filesystem_error("status", "other/file", std::make_error_code(std::errc::io_error))),
             "other/file");
  std::string said;
  try {
    auto const ignored = nlohmann::json::parse("{");
  } catch (nlohmann::json::exception const& caught) {
    said = told(caught);
  }
  check_told(said, "some/file");
  CHECK(told(polyfold::failure("as it was")) == "as it was");
}
