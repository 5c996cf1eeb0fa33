// What stands in coefficient headers beside the numbers, and the C interface; tests/c_interface compiles and runs one.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/io/c_interface.hpp>
#include <polyfold/io/network_file.hpp>

#include "catch.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

constexpr auto sums = input<2, 1, 1> | dense<2>;

network<sums> a_network() {
  network<sums> net;
  net.parameters = {1, 2, 3, 4, 5, 6};
  return net;
}

}  // namespace

TEST_CASE("a header states the checksum of the network's file") {
  test::temporary_folder const folder;
  auto const net = a_network();
  save_network(folder / "net.safetensors", net);
  network<sums> loaded;
  std::string const checksum = load_network(folder / "net.safetensors", loaded).at("checksum");
  write_coefficient_header(folder / "net.hpp", net, {.constant = "net", .pipeline = "my::sums"});
  CHECK(
      test::read_bytes(folder / "net.hpp").find("\n// Their checksum, as in the network's file: " + checksum + ".\n") !=
      std::string::npos);
}

TEST_CASE("a header says where the network came from and how pixels are scaled, if it is told") {
  test::temporary_folder const folder;
  auto const text = [&](header_names const& names) {
    write_coefficient_header(folder / "net.hpp", a_network(), names);
    return test::read_bytes(folder / "net.hpp");
  };
  std::string const plain = text({.constant = "net", .pipeline = "my::sums"});
  CHECK(plain.find("Source") == std::string::npos);
  CHECK(plain.find("// Image: 2 x 1 x 1 floats, normalised as in training, channel by channel") != std::string::npos);
  // No text ends the comment or the line before its own end.
  std::string const told = text({.constant = "net",
                                 .pipeline = "my::sums",
                                 .source = "98 % of\nthe test images \\",
                                 .pixels = normalisation({0.5f, 0.25f}, {2.0f, 4.0f})});
  CHECK(told.find("\n// Source: \"98 % of the test images \\\".\n") != std::string::npos);
  CHECK(told.find(
            "// Image: 2 x 1 x 1 floats, (byte / 255 - mean) / deviation, mean 0.5 0.25, deviation 2 4, channel by") !=
        std::string::npos);
}

TEST_CASE("a C interface lies beside its header, with sizes as macros and three functions") {
  test::temporary_folder const folder;
  write_c_interface(folder / "net.hpp", a_network(), {.constant = "my_net", .pipeline = "my::sums", .source = "a test"},
                    std::vector<float>{1, 2});
  CHECK(test::read_bytes(folder / "net.hpp").find("constexpr bool my_net_self_test(") != std::string::npos);
  std::string const header = test::read_bytes(folder / "net.h");
  INFO(header);
  for (char const* const line :
       {"// Source: \"a test\".", "#ifndef POLYFOLD_MY_NET_H", "#define MY_NET_CHANNELS 2", "#define MY_NET_HEIGHT 1",
        "#define MY_NET_WIDTH 1", "#define MY_NET_PIXELS 2", "#define MY_NET_OUTPUTS 2",
        "#define MY_NET_CONSTANT_BYTES 24", "int my_net_self_test(my_net_workspace* workspace);",
        "float const* my_net_run(float const* image, my_net_workspace* workspace);",
        "int my_net_classify(float const* image, my_net_workspace* workspace);"})
    CHECK(header.find("\n" + std::string(line) + "\n") != std::string::npos);
  CHECK(header.find("#define MY_NET_WORKSPACE_BYTES " + std::to_string(network<sums>::workspace_bytes()) + "\n") !=
        std::string::npos);
  CHECK(header.find("LOGIT_SCALE") == std::string::npos);
  CHECK(test::read_bytes(folder / "net.cpp").find("#include \"net.h\"\n") != std::string::npos);
}

TEST_CASE("a C interface is not written over its own coefficient header") {
  test::temporary_folder const folder;
  for (char const* const name : {"net.h", "net.cpp"}) {
    CHECK(test::mentions(test::message_of([&] {
                           write_c_interface(folder / name, a_network(), {"net", "my::sums"}, std::vector<float>(2));
                         }),
                         {name, "net.hpp"}));
    CHECK_FALSE(std::filesystem::exists(folder / name));
  }
}
