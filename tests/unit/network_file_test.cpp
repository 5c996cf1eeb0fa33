// Networks in files: what is written is read again to the last bit, and every file that is not what it should be is
// refused in a sentence, with nothing changed. Files of the first version are the recorded networks of the tree.

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/io/network_file.hpp>

#include "catch.hpp"
#include "support/damaged_files.hpp"
#include "support/random.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

constexpr auto dense_layers = input<2, 6, 6> | conv2d<4, 3> | batch_norm | relu | max_pool<2> | dense<5>;
constexpr auto folded_layers = input<2, 6, 6> | conv2d<4, 3>(along<axis::kernel, linear>) | batch_norm | relu |
                               max_pool<2> | dense<5>(along<axis::output, linear>);
constexpr auto arranged_layers = input<2, 6, 6> | conv2d<4, 3>(arranged<2, linear, 3>) | batch_norm | relu |
                                 max_pool<2> | dense<5>(arranged_per_filter<1, linear, 4>);
using arranged_network = network<arranged_layers>;

template <class Network>
Network random_network(std::uint64_t seed) {
  Network net;
  test::random_numbers random(seed);
  test::randomise(net, random, 1.0f);
  // Layer 1 is the batch norm: its variances, the last of its numbers, cannot be negative.
  for (int i = Network::first_parameter(1); i < Network::first_parameter(2); ++i)
    net.parameters[std::size_t(i)] = std::abs(net.parameters[std::size_t(i)]);
  return net;
}

template <class Network>
bool same(Network const& a, Network const& b) {
  return a.parameters == b.parameters && a.maps == b.maps;
}

template <class Network>
void check_round_trip() {
  test::temporary_folder const folder;
  auto const net = random_network<Network>(1);
  save_network(folder / "net", net, {{"note", "a \"quoted\" word"}, {"format", "not mine to say"}});
  CHECK(folder.files() == 1);
  Network back;
  auto const metadata = load_network(folder / "net", back);
  CHECK(same(back, net));
  CHECK(metadata.at("note") == "a \"quoted\" word");
  CHECK(metadata.at("format") == "polyfold network 2");
  CHECK(metadata.at("checksum").size() == 16);
  CHECK(metadata.at("network") == describe<Network>());
  // The same bytes every time.
  save_network(folder / "again", back, {{"note", "a \"quoted\" word"}});
  CHECK(test::read_bytes(folder / "again") == test::read_bytes(folder / "net"));
}

/// What the reader says of an arranged network's file after `change`, by a writer who states the checksum of what he has
/// changed. A network that is refused leaves the old one as it was.
std::string refusal(std::function<void(tensor_file&)> const& change) {
  test::temporary_folder const folder;
  save_network(folder / "net", random_network<arranged_network>(2));
  tensor_file file = read_safetensors(folder / "net");
  change(file);
  file.metadata["checksum"] = detail::checksum_text(file.tensors);
  write_safetensors(folder / "net", file);
  auto const before = random_network<arranged_network>(3);
  auto net = before;
  std::string const message = message_of([&] { load_network(folder / "net", net); });
  CHECK(same(net, before) == !message.empty());
  CHECK((message.empty() || mentions(message, {(folder / "net").string()})));
  return message;
}

stored_tensor& named(tensor_file& file, std::string const& name) {
  for (stored_tensor& t : file.tensors)
    if (t.name == name) return t;
  throw std::runtime_error("no tensor " + name);
}

}  // namespace

TEST_CASE("networks survive the file") {
  SECTION("dense") { check_round_trip<network<dense_layers>>(); }
  SECTION("folded") { check_round_trip<network<folded_layers>>(); }
  SECTION("arranged") { check_round_trip<arranged_network>(); }
}

TEST_CASE("tensors have the names and sizes that are documented") {
  test::temporary_folder const folder;
  save_network(folder / "net", random_network<arranged_network>(4));
  tensor_file const file = read_safetensors(folder / "net");
  CHECK(file.tensors.size() == 5);
  REQUIRE(file.find("0.conv2d.numbers") != nullptr);
  CHECK(file.find("0.conv2d.numbers")->shape == std::vector<std::int64_t>{4 + 4});
  REQUIRE(file.find("0.conv2d.map") != nullptr);
  CHECK(file.find("0.conv2d.map")->type == dtype::u8);
  CHECK(file.find("0.conv2d.map")->shape == std::vector<std::int64_t>{27});  // 72 weights of 3 bits
  REQUIRE(file.find("1.batch_norm.numbers") != nullptr);
  CHECK(file.find("1.batch_norm.numbers")->shape == std::vector<std::int64_t>{16});
  REQUIRE(file.find("4.dense.numbers") != nullptr);
  CHECK(file.find("4.dense.numbers")->shape == std::vector<std::int64_t>{5 * 2 + 5});
  REQUIRE(file.find("4.dense.map") != nullptr);
}

TEST_CASE("an unchanged file is accepted by the check that the others go through") {
  CHECK(refusal([](auto&) {}) == "");
}

TEST_CASE("another network is refused by the first layer that differs") {
  test::temporary_folder const folder;
  save_network(folder / "net", random_network<network<folded_layers>>(5));
  auto const before = random_network<network<dense_layers>>(6);
  auto net = before;
  std::string const message = message_of([&] { load_network(folder / "net", net); });
  CHECK(mentions(message, {"another network", "'0 conv2d 4 x 3 x 3, kernel order 1: 4 x 4 x 4'",
                           "expected '0 conv2d 4 x 3 x 3: 4 x 4 x 4'"}));
  CHECK(same(net, before));

  network<input<2, 6, 6> | conv2d<4, 3>(along<axis::kernel, linear>)> shorter;
  CHECK(
      mentions(message_of([&] { load_network(folder / "net", shorter); }), {"'1 batch_norm: 4 x 4 x 4'", "'the end'"}));
  network<input<2, 6, 5> | dense<5>> other;
  CHECK(mentions(message_of([&] { load_network(folder / "net", other); }), {"'input 2 x 6 x 6'", "'input 2 x 6 x 5'"}));
}

TEST_CASE("missing, surplus and mislabelled tensors are refused") {
  CHECK(mentions(refusal([](tensor_file& f) { named(f, "1.batch_norm.numbers").name = "1.batch_norm.Numbers"; }),
                 {"no tensor '1.batch_norm.numbers'", "16 elements of type F32"}));
  CHECK(mentions(refusal([](tensor_file& f) { named(f, "4.dense.map").name = "map"; }), {"no tensor '4.dense.map'"}));
  CHECK(mentions(refusal([](tensor_file& f) {
                   f.tensors.push_back(make_tensor<float>("more", {2}, std::vector<float>{1, 2}));
                 }),
                 {"holds 6 tensors", "expected 5"}));
  CHECK(mentions(refusal([](tensor_file& f) { named(f, "0.conv2d.numbers").type = dtype::i32; }),
                 {"'0.conv2d.numbers'", "type I32", "8 elements of type F32"}));
  CHECK(mentions(refusal([](tensor_file& f) { named(f, "0.conv2d.map").type = dtype::i8; }),
                 {"'0.conv2d.map'", "type I8", "27 elements of type U8"}));
  CHECK(mentions(refusal([](tensor_file& f) {
                   auto& t = named(f, "0.conv2d.numbers");
                   t = make_tensor<float>(t.name, {7}, std::vector<float>(7));
                 }),
                 {"'0.conv2d.numbers'", "28 bytes", "8 elements"}));
  CHECK(mentions(refusal([](tensor_file& f) {
                   auto& t = named(f, "4.dense.map");
                   t.bytes.emplace_back();
                   ++t.shape[0];
                 }),
                 {"'4.dense.map'", "elements of type U8"}));
}

TEST_CASE("numbers that are none are refused") {
  for (float const value : {std::nanf(""), INFINITY, -INFINITY}) {
    CHECK(mentions(refusal([&](tensor_file& f) {
                     auto& t = named(f, "1.batch_norm.numbers");
                     auto parameters = tensor_values<float>(t);
                     parameters[5] = value;
                     t = make_tensor<float>(t.name, t.shape, parameters);
                   }),
                   {"'1.batch_norm.numbers'", "not a finite number at element 5"}));
  }
}

TEST_CASE("negative variances are refused") {
  CHECK(mentions(refusal([](tensor_file& f) {
                   auto& t = named(f, "1.batch_norm.numbers");
                   auto parameters = tensor_values<float>(t);
                   parameters.back() = -1;
                   t = make_tensor<float>(t.name, t.shape, parameters);
                 }),
                 {"'1.batch_norm.numbers'", "negative variance at element "}));
}

TEST_CASE("files of other programs are refused") {
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata.clear(); }),
                 {"format ''", "'polyfold network 2' or an older version"}));
  for (char const* const format : {"pt", "polyfold checkpoint 2", "polyfold network ", "polyfold network 0",
                                   "polyfold network -1", "polyfold network 2x", "polyfold network 99999999999"})
    CHECK(mentions(refusal([&](tensor_file& f) { f.metadata["format"] = format; }),
                   {"format '" + std::string(format) + "'"}));
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata.erase("network"); }), {"another network", "'the end'"}));

  test::temporary_folder const folder;
  auto const before = random_network<arranged_network>(7);
  auto net = before;
  auto const message = [&] { return message_of([&] { load_network(folder / "net", net); }); };
  CHECK(mentions(message(), {(folder / "net").string()}));
  for (std::string const bytes : {"", "short", "this is a text and not a network, however long it may be"}) {
    test::write_bytes(folder / "net", bytes);
    CHECK(mentions(message(), {(folder / "net").string()}));
  }
  CHECK(same(net, before));
}

TEST_CASE("files of a newer version are refused") {
  CHECK(mentions(refusal([](tensor_file& f) { f.metadata["format"] = "polyfold network 3"; }),
                 {"is a network of version 3", "version 2 at most", "newer polyfold"}));
}

TEST_CASE("the checksum is FNV-1a, whatever order the tensors have") {
  auto const of = [](std::string_view text) { return detail::checksum(std::as_bytes(std::span(text))); };
  CHECK(of("") == 0xcbf29ce484222325U);
  CHECK(of("a") == 0xaf63dc4c8601ec8cU);
  CHECK(of("foobar") == 0x85944171f73967e8U);

  auto const a = make_tensor<std::uint8_t>("a", {3}, std::vector<std::uint8_t>{'f', 'o', 'o'});
  auto const b = make_tensor<std::uint8_t>("b", {3}, std::vector<std::uint8_t>{'b', 'a', 'r'});
  CHECK(detail::checksum_text({a, b}) == "85944171f73967e8");
  CHECK(detail::checksum_text({b, a}) == "85944171f73967e8");
}

TEST_CASE("a damaged number is noticed") {
  test::temporary_folder const folder;
  auto const before = random_network<arranged_network>(11);
  auto net = before;
  save_network(folder / "net", random_network<arranged_network>(12));
  std::string const whole = test::read_bytes(folder / "net");
  tensor_file const file = read_safetensors(folder / "net");
  std::size_t bytes = 0;
  for (stored_tensor const& t : file.tensors) bytes += t.bytes.size();
  for (std::size_t i = 1; i <= bytes; ++i) {
    std::string damaged = whole;
    char& byte = damaged[whole.size() - i];
    byte = static_cast<char>(byte ^ 1);
    test::write_bytes(folder / "net", damaged);
    INFO("byte " << i << " from the end");
    REQUIRE(mentions(message_of([&] { load_network(folder / "net", net); }),
                     {(folder / "net").string(), "numbers are damaged",
                      "expected '" + file.metadata.at("checksum") + "', as the file states", "Remedy: take the file"}));
  }
  tensor_file without = file;
  without.metadata.erase("checksum");
  write_safetensors(folder / "net", without);
  CHECK(
      mentions(message_of([&] { load_network(folder / "net", net); }), {"damaged", "expected a checksum in the file"}));
  CHECK(same(net, before));
}

TEST_CASE("files of the first version are read: the recorded networks") {
  std::filesystem::path const records = std::filesystem::path(POLYFOLD_TEST_DATA) / "../../docs/records";
  int files = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(records)) {
    if (entry.path().extension() != ".safetensors") continue;
    tensor_file const file = read_safetensors(entry.path());
    INFO(entry.path());
    int const version = detail::version_of(entry.path(), file, detail::network_format);
    REQUIRE(file.metadata.at("format") == "polyfold network " + std::to_string(version));
    REQUIRE(file.metadata.contains("checksum") == (version > 1));
    files += version == 1;
  }
  CHECK(files > 0);

  test::temporary_folder const folder;
  auto const check = [&]<class Network>(Network net, std::string const& name) {
    load_network(records / "lenet5_mnist" / name, net);
    save_network(folder / "again", net);
    tensor_file const first = read_safetensors(records / "lenet5_mnist" / name);
    tensor_file const again = read_safetensors(folder / "again");
    CHECK(again.metadata.at("format") == "polyfold network 2");
    CHECK(detail::checksum_text(first.tensors) == again.metadata.at("checksum"));
    CHECK_NOTHROW(load_network(folder / "again", net));
  };
  constexpr auto recorded = make_lenet5(
      relu,
      per_layer(along<axis::kernel, quadratic>, along<axis::kernel, linear>,
                all_of(along<axis::kernel, linear>, along<axis::output, order<9>>, bias_along<segment<30>, linear>),
                all_of(along<axis::channel, order<9>>, along<axis::output, order<7>>, bias_along<segment<28>, linear>),
                along<axis::channel, order<7>>));
  for (std::string const seed : {"1", "2", "3"}) {
    check(network<recorded>{}, "folded_61x_seed" + seed + ".safetensors");
    check(network<recorded, in_bytes>{}, "bytes_240x_seed" + seed + ".safetensors");
  }
}

TEST_CASE("cut and corrupted files never change the network") {
  test::check_damaged_files(random_network<arranged_network>(8), random_network<arranged_network>(9), 7, 300,
                            same<arranged_network>);
}
