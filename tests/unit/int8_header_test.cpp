// Headers of networks in integers, and sample images in headers of any numbers.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/integers.hpp>
#include <polyfold/io/coefficient_header.hpp>

#include "catch.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

constexpr auto sums = input<2, 1, 1> | dense<1>;
constexpr auto layers = input<2, 6, 6> | conv2d<4, 3>(along<axis::kernel, linear>) | relu | max_pool<2> | dense<3>;
header_names const names{.constant = "sums_net", .pipeline = "my::sums", .include = "my.hpp"};

/// The pixel that stands for zero is 10 in the first channel and 20 in the second.
template <auto Schedule>
constexpr network<sums, in_int8, Schedule> sums_network() {
  network<sums, in_int8, Schedule> net;
  net.codes = {3, -2};
  net.biases = {100};
  net.multipliers = {16384};
  net.shifts = {0, 14};
  net.zeros = {10, 20};
  net.logit_scale = {0.25f};
  return net;
}

template <class Network>
std::string header_of(Network const& net, auto const&... samples) {
  test::temporary_folder const folder;
  write_coefficient_header(folder / "net.hpp", net, names, samples...);
  return test::read_bytes(folder / "net.hpp");
}

}  // namespace

TEST_CASE("a header of integers spells out what the network holds, and what a device must know") {
  std::string const text = header_of(sums_network<whole_maps>());
  CHECK(text.find("// Numbers: codes, biases, multipliers and shifts of sums") != std::string::npos);
  CHECK(text.find("// Image: 2 x 1 x 1 pixels of 8 bits as they come, channel by channel, row by row.\n"
                  "// Zero codes, the pixel of each channel that stands for 0: 10 20.\n"
                  "// Result: 1 x 1 x 1 logits of 16 bits, each a multiple of 0.25.\n") != std::string::npos);
  CHECK(text.find("#include <polyfold/exported_network.hpp>\n#include <polyfold/integers.hpp>\n#include <my.hpp>\n") !=
        std::string::npos);
  CHECK(text.find("\nstatic_assert(polyfold::sums_fit(sums_net), \"polyfold: sums") != std::string::npos);
  CHECK(text.find("polyfold::exported_network<polyfold::network<my::sums, polyfold::in_int8>, 2, 1, 1, 2, 0, 2, 1> "
                  "sums_net{{{") != std::string::npos);
  CHECK(text.find("self_test") == std::string::npos);
  // Bytes as the type counts them.
  CHECK(text.find("// Bytes: " + std::to_string(network<sums, in_int8>::total_cost().flash_bytes()) +
                  " of constants, ") != std::string::npos);
}

TEST_CASE("a header of integers by rolling rows names its schedule") {
  std::string const text = header_of(sums_network<rolling_rows>());
  CHECK(text.find("polyfold::network<my::sums, polyfold::in_int8, polyfold::rolling_rows>, 2,") != std::string::npos);
}

TEST_CASE("a header is written of integers whose sums fit only") {
  auto net = sums_network<whole_maps>();
  net.biases = {0x7FFFFFFF};
  CHECK(mentions(message_of([&] { header_of(net); }), {"net.hpp", "32 bits", "quantise()"}));
}

TEST_CASE("samples are held beside what the network makes of them") {
  std::string const text = header_of(sums_network<whole_maps>(), std::vector<std::uint8_t>{10, 20, 11, 20});
  INFO(text);
  CHECK(text.find("std::array<std::uint8_t, 4> sums_net_sample_images{{\n    10, 20, 11, 20,}};\n") !=
        std::string::npos);
  CHECK(text.find("std::array<std::int16_t, 2> sums_net_sample_outputs{{\n    ") != std::string::npos);
  CHECK(text.find("constexpr bool sums_net_self_test(Workspace& workspace) {\n  return polyfold::reproduces(sums_net, "
                  "workspace, "
                  "sums_net_sample_images, sums_net_sample_outputs);\n}\n") != std::string::npos);

  network<sums> floats;
  floats.parameters = {0.5f, 1, 2};
  std::string const of_floats = header_of(floats, std::vector<float>{1, 3});
  CHECK(of_floats.find("std::array<float, 2> sums_net_sample_images{{\n    0x1p+0f, 0x1.8p+1f,}};\n") !=
        std::string::npos);
  CHECK(of_floats.find("std::array<float, 1> sums_net_sample_outputs{{\n    0x1.6p+2f,}};\n") != std::string::npos);
}

TEST_CASE("samples are whole images") {
  auto const net = sums_network<whole_maps>();
  for (std::size_t const pixels : {0U, 1U, 3U})
    CHECK(mentions(message_of([&] { header_of(net, std::vector<std::uint8_t>(pixels)); }),
                   {"net.hpp", std::to_string(pixels) + " pixels", "a multiple of 2"}));
}

TEST_CASE("a network reproduces its samples to the last bit in integers, and nearly in floats") {
  constexpr auto net = sums_network<rolling_rows>();
  constexpr std::array<std::uint8_t, 4> images{10, 20, 200, 7};
  network<sums, in_int8, rolling_rows>::workspace<> workspace;
  std::array<std::int16_t, 2> outputs{};
  for (std::size_t i = 0; i < 2; ++i)
    outputs[i] = net.run(std::array<std::uint8_t, 2>{images[2 * i], images[2 * i + 1]}, workspace)[0];
  CHECK(reproduces(net, workspace, images, outputs));
  ++outputs[1];
  CHECK_FALSE(reproduces(net, workspace, images, outputs));

  network<layers> floats;
  for (std::size_t i = 0; i < floats.parameters.size(); ++i) floats.parameters[i] = float(i % 7) - 3;
  auto const float_workspace = std::make_unique<network<layers>::workspace<>>();
  std::array<float, 72> image;
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i % 5) - 1.5f;
  auto const result = floats.run(image, *float_workspace);
  std::array<float, 3> expected{result[0], result[1], result[2]};
  CHECK(reproduces(floats, *float_workspace, image, expected));
  float const largest = std::max({std::abs(expected[0]), std::abs(expected[1]), std::abs(expected[2])});
  expected[1] += 0.5e-4f * largest;
  CHECK(reproduces(floats, *float_workspace, image, expected));
  expected[1] += 2e-4f * largest;
  CHECK_FALSE(reproduces(floats, *float_workspace, image, expected));
}
