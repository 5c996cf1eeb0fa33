// The headers of examples/device say what their networks take, and integers compute what they did when these were written. Where
// one does not, the program export_device_networks writes them again.

#include <filesystem>
#include <string>
#include <type_traits>

#include "../../examples/device/clothes_int8.hpp"
#include "../../examples/device/digits_int8.h"
#include "../../examples/device/digits_int8.hpp"

#include "catch.hpp"
#include "temporary_files.hpp"

namespace {

template <class Network>
std::string bytes_of() {
  return "// Bytes: " + std::to_string(Network::total_cost().flash_bytes()) + " of constants, " +
         std::to_string(Network::workspace_bytes()) + " of workspace.\n";
}

bool has(char const* name, std::string const& text) {
  return test::read_bytes(std::filesystem::path(POLYFOLD_TEST_DATA) / "../../examples/device" / name).find(text) !=
         std::string::npos;
}

using digits_type = std::remove_const_t<decltype(digits)>;
using clothes_type = std::remove_const_t<decltype(clothes)>;

}  // namespace

TEST_CASE("headers of devices say what their networks take") {
  CHECK(has("digits_int8.hpp", bytes_of<digits_type>()));
  CHECK(has("digits_int8.h", bytes_of<digits_type>()));
  CHECK(has("clothes_int8.hpp", bytes_of<clothes_type>()));
  CHECK(has("digits_float32.hpp", bytes_of<digits_type::in_float32>()));
  CHECK(digits_type::workspace_bytes() == DIGITS_WORKSPACE_BYTES);
}

TEST_CASE("networks of devices compute here what they did when their headers were written") {
  clothes_type::workspace<> memory;
  CHECK(clothes_self_test(memory));
  digits_workspace workspace;
  CHECK(digits_self_test(&workspace) == 1);
}
