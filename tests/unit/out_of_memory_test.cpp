// Wherever memory runs out while a file is read or written, the caller gets polyfold::failure, and no half a file is left.

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <new>
#include <string>

#include "catch.hpp"
#include "file_users.hpp"
#include "temporary_files.hpp"

namespace {

/// Allocations that are still granted; below 0: all of them.
thread_local long granted = -1;
/// Whether the one that is refused is followed by others that are granted.
thread_local bool refuse_once = true;

void* allocate(std::size_t bytes) {
  if (granted == 0) {
    if (refuse_once) granted = -1;
    throw std::bad_alloc();
  }
  if (granted > 0) --granted;
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}

/// What `use` does where allocation number `number` is refused: "done", "error", or what else was thrown.
std::string outcome(std::function<void()> const& use, long number, bool once) {
  std::string result = "done";
  std::exception_ptr thrown;
  granted = number;
  refuse_once = once;
  try {
    use();
  } catch (...) {
    thrown = std::current_exception();
  }
  granted = -1;
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (polyfold::failure const& caught) {
    result = std::string(caught.what()).empty() ? "an error without a text" : "error";
  } catch (std::exception const& caught) {
    result = caught.what();
  }
  return result;
}

/// Refuses each allocation of `use` in turn, alone or with all that follow, until it asks for none that is refused.
void check_all(std::string const& name, std::function<void()> const& use) {
  for (bool const once : {true, false}) {
    long failures = 0;
    for (long number = 0;; ++number) {
      std::string const said = outcome(use, number, once);
      if (said == "done" && number > failures + 40)
        break;  // some failures are overcome: a cache, a sort without a buffer
      failures += said == "error";
      if (said == "done" || said == "error") continue;
      FAIL_CHECK(name << ", allocation " << number << (once ? "" : " and all after it") << ": " << said);
      break;
    }
    CHECK(failures > 0);
  }
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  try {
    return allocate(bytes);
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

/// Hundreds of files are written here: none needs to outlive a power failure.
extern "C" int fsync(int) { return 0; }

TEST_CASE("readers of files without memory", "[out_of_memory]") {
  for (test::file_user const& user : test::readers_of_files()) {
    test::temporary_folder const folder;
    std::filesystem::path const path = folder / "file";
    user.prepare(path);
    check_all(user.name, [&] { user.use(path); });
  }
}

TEST_CASE("readers of folders without memory", "[out_of_memory]") {
  for (test::file_user const& user : test::readers_of_folders()) {
    test::temporary_folder const folder;
    user.prepare(folder.path());
    check_all(user.name, [&] { user.use(folder.path()); });
  }
}

TEST_CASE("writers without memory leave no file, or the old one", "[out_of_memory]") {
  for (test::file_user const& user : test::writers_of_files()) {
    test::temporary_folder const folder;
    std::filesystem::path const path = folder / "file";
    test::write_bytes(path, "old");
    check_all(user.name, [&] { user.use(path); });
    CHECK(folder.files() == user.files);
  }
}
