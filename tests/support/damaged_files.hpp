// Files of a network, cut off or changed at random: what can't be read leaves the network that should take it as it was, and
// what is read is what was written.
#pragma once

#include <random>
#include <string>

#include <polyfold/io/network_file.hpp>

#include "../unit/temporary_files.hpp"
#include "catch.hpp"

namespace test {

/// The file of `written`, cut after every `step` bytes, then `mutants` times otherwise. `same` compares two networks.
template <class Network, class Same>
void check_damaged_files(Network const& written, Network const& before, std::size_t step, int mutants, Same same) {
  temporary_folder const folder;
  save_network(folder / "net", written);
  std::string const whole = read_bytes(folder / "net");
  for (std::size_t length = 0; length < whole.size(); length += step) {
    write_bytes(folder / "cut", whole.substr(0, length));
    auto net = before;
    INFO("cut to " << length << " of " << whole.size() << " bytes");
    REQUIRE(message_of([&] { load_network(folder / "cut", net); }) != "");
    REQUIRE(same(net, before));
  }
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < mutants; ++i) {
    write_bytes(folder / "mutant", mutate(whole, whole.size() * 3 / 4, random));
    auto net = before;
    bool const failed = message_of([&] { load_network(folder / "mutant", net); }) != "";
    refused += failed;
    INFO("mutant " << i);
    REQUIRE(same(net, failed ? before : written));
  }
  CHECK(refused > mutants / 2);
}

}  // namespace test
