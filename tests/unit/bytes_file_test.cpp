// Networks of bytes in files and headers: read again as they were, and refused where a file is not what it should be.

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/io/coefficient_header.hpp>
#include <polyfold/io/network_file.hpp>

#include "catch.hpp"
#include "support/damaged_files.hpp"
#include "support/random.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

constexpr auto layers = input<2, 6, 6> | conv2d<4, 3>(along<axis::kernel, linear>) | batch_norm | relu | max_pool<2> |
                        dense<5>(arranged<2, linear, 3>);
using bytes_network = network<layers, in_bytes>;

bytes_network random_network(std::uint64_t seed) {
  bytes_network net;
  test::random_numbers random(seed);
  for (auto& code : net.codes) code = static_cast<std::int8_t>(random.below(255) - 127);
  for (auto& scale : net.scales) scale = static_cast<std::uint8_t>(random.below(256));
  for (auto& number : net.exact) number = std::abs(random.normal());
  for (auto& byte : net.maps) byte = static_cast<std::uint8_t>(random.bits());
  return net;
}

bool same(bytes_network const& a, bytes_network const& b) {
  return a.codes == b.codes && a.scales == b.scales && a.exact == b.exact && a.maps == b.maps;
}

stored_tensor& named(auto& file, std::string const& name) {
  for (stored_tensor& t : file.tensors)
    if (t.name == name) return t;
  throw std::runtime_error("no tensor " + name);
}

/// What the reader says of a file after `change`, by a writer who states its checksum. A network that is refused leaves the old one as it was.
template <class Change>
std::string refusal(Change const& change) {
  test::temporary_folder const folder;
  save_network(folder / "net", random_network(2));
  auto file = read_safetensors(folder / "net");
  change(file);
  file.metadata["checksum"] = detail::checksum_text(file.tensors);
  write_safetensors(folder / "net", file);
  auto const before = random_network(3);
  auto net = before;
  std::string const message = message_of([&] { load_network(folder / "net", net); });
  CHECK(same(net, before) == !message.empty());
  CHECK((message.empty() || mentions(message, {(folder / "net").string()})));
  return message;
}

}  // namespace

TEST_CASE("networks of bytes survive the file") {
  test::temporary_folder const folder;
  auto const net = random_network(1);
  save_network(folder / "net", net, {{"note", "kept"}});
  bytes_network back;
  auto const metadata = load_network(folder / "net", back);
  CHECK(same(back, net));
  CHECK(metadata.at("note") == "kept");
  CHECK(mentions(metadata.at("network"), {"numbers of 8 bits, a scale per degree\n"}));

  auto const file = read_safetensors(folder / "net");
  CHECK(file.tensors.size() == 6);
  REQUIRE(file.find("0.conv2d.codes") != nullptr);
  CHECK(file.find("0.conv2d.codes")->type == dtype::i8);
  CHECK(file.find("0.conv2d.codes")->shape == std::vector<std::int64_t>{4 * 2 * 3 + 4});
  REQUIRE(file.find("0.conv2d.scales") != nullptr);
  CHECK(file.find("0.conv2d.scales")->type == dtype::u8);
  CHECK(file.find("0.conv2d.scales")->shape == std::vector<std::int64_t>{3});
  REQUIRE(file.find("1.batch_norm.numbers") != nullptr);
  CHECK(file.find("1.batch_norm.numbers")->type == dtype::f32);
  REQUIRE(file.find("4.dense.map") != nullptr);
}

TEST_CASE("floats are not taken for bytes, nor one rule of scales for another") {
  test::temporary_folder const folder;
  save_network(folder / "floats", network<layers>{});
  save_network(folder / "layer", network<layers, byte_numbers{scales_per::layer}>{});
  auto const before = random_network(4);
  auto net = before;
  CHECK(mentions(message_of([&] { load_network(folder / "floats", net); }),
                 {"another network", "'the end'", "expected 'numbers of 8 bits, a scale per degree'"}));
  CHECK(mentions(message_of([&] { load_network(folder / "layer", net); }), {"'numbers of 8 bits, a scale per layer'"}));
  CHECK(same(net, before));
  save_network(folder / "bytes", before);
  network<layers> floats;
  CHECK(mentions(message_of([&] { load_network(folder / "bytes", floats); }), {"another network", "8 bits"}));
}

TEST_CASE("missing, surplus and wrong tensors are refused") {
  CHECK(refusal([](auto&) {}) == "");
  CHECK(mentions(refusal([](auto& f) { named(f, "0.conv2d.codes").name = "0.conv2d.numbers"; }),
                 {"no tensor '0.conv2d.codes'", "28 elements of type I8"}));
  CHECK(mentions(refusal([](auto& f) { named(f, "4.dense.scales").type = dtype::i8; }),
                 {"'4.dense.scales'", "type I8", "3 elements of type U8"}));
  CHECK(mentions(refusal([](auto& f) { named(f, "4.dense.codes").type = dtype::u8; }), {"'4.dense.codes'", "type U8"}));
  CHECK(mentions(refusal([](auto& f) {
                   auto& t = named(f, "0.conv2d.scales");
                   t = make_tensor<std::uint8_t>(t.name, {2}, std::vector<std::uint8_t>(2));
                 }),
                 {"'0.conv2d.scales'", "2 bytes", "3 elements"}));
  CHECK(mentions(refusal([](auto& f) {
                   f.tensors.push_back(
                       make_tensor<std::int8_t>("1.batch_norm.codes", {1}, std::vector<std::int8_t>(1)));
                 }),
                 {"holds 7 tensors", "expected 6"}));
}

TEST_CASE("codes and numbers out of range are refused") {
  CHECK(mentions(refusal([](auto& f) { named(f, "4.dense.codes").bytes[3] = std::byte{0x80}; }),
                 {"'4.dense.codes'", "code -128", "-127 to 127"}));
  CHECK(mentions(refusal([](auto& f) {
                   auto& t = named(f, "1.batch_norm.numbers");
                   auto parameters = tensor_values<float>(t);
                   parameters.back() = -1;
                   t = make_tensor<float>(t.name, t.shape, parameters);
                 }),
                 {"'1.batch_norm.numbers'", "negative variance at element "}));
  CHECK(mentions(refusal([](auto& f) {
                   auto& t = named(f, "1.batch_norm.numbers");
                   auto parameters = tensor_values<float>(t);
                   parameters[2] = INFINITY;
                   t = make_tensor<float>(t.name, t.shape, parameters);
                 }),
                 {"not a finite number at element 2"}));
}

TEST_CASE("a damaged code, scale, number or index is noticed") {
  test::temporary_folder const folder;
  auto const before = random_network(8);
  auto net = before;
  save_network(folder / "net", random_network(9));
  tensor_file const file = read_safetensors(folder / "net");
  for (std::size_t i = 0; i < file.tensors.size(); ++i) {
    tensor_file damaged = file;
    damaged.tensors[i].bytes[1] ^= std::byte{1};
    write_safetensors(folder / "net", damaged);
    INFO(file.tensors[i].name);
    CHECK(mentions(message_of([&] { load_network(folder / "net", net); }), {"numbers are damaged"}));
  }
  CHECK(same(net, before));
}

TEST_CASE("cut and corrupted files never change a network of bytes") {
  test::check_damaged_files(random_network(5), random_network(6), 11, 200, same);
}

TEST_CASE("a header of bytes spells out what the network holds") {
  test::temporary_folder const folder;
  constexpr auto pair = input<2, 1, 1> | dense<1>;
  network<pair, byte_numbers{scales_per::filter}> net;
  net.codes = {-127, 5, 0};
  net.scales = {255, 1};
  write_coefficient_header(folder / "pair.hpp", net,
                           {.constant = "pair_net", .pipeline = "my::pair", .include = "my.hpp"});
  CHECK(test::read_bytes(folder / "pair.hpp") ==
        "// A network with its stored parameters, written by polyfold.\n//\n//   input 2 x 1 x 1\n"
        "//   0 dense 1: 1 x 1 x 1\n//   numbers of 8 bits, a scale per filter\n//\n"
        "// Numbers: codes of a byte, their scales, float32 where a byte will not do, index maps.\n"
        "// Their checksum, as in the network's file: 527e0cd44f6e96d1.\n"
        "// Bytes: 5 of constants, 16 of workspace.\n"
        "// Image: 2 x 1 x 1 floats, normalised as in training, channel by channel, row by row.\n"
        "// Result: 1 x 1 x 1 floats.\n"
        "#pragma once\n\n#include <polyfold/exported_network.hpp>\n#include <my.hpp>\n\n"
        "inline constexpr polyfold::exported_network<polyfold::network<my::pair, "
        "polyfold::byte_numbers{polyfold::scales_per::filter}>, 3, 2, 0, 0> pair_net{{{\n    -127, 5, 0,}, {\n    255, "
        "1,}, {}, {}}};\n");
}

TEST_CASE("a header is written of finite numbers only") {
  test::temporary_folder const folder;
  network<input<2, 1, 1> | dense<1>> net;
  net.parameters[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(test::mentions(test::message_of([&] {
                         write_coefficient_header(folder / "one.hpp", net, {"one", "my::one"});
                       }),
                       {"one.hpp", "nan", "finite"}));
  CHECK_FALSE(std::filesystem::exists(folder / "one.hpp"));
}
