// Compiled once for each instruction set, whose name is ENGINE.
#include "engine.hpp"

#include <cstring>

#include <polyfold/packed_network.hpp>

#include "every_operation.hpp"

namespace {

constinit polyfold::packed_network<test::every_operation> net;
constinit polyfold::packed_network<test::every_operation>::workspace room{};

void pack(float const* numbers, std::uint8_t const* maps) { net.pack(numbers, maps); }
void run(float const* image, float* outputs) {
  auto const result = net.run(image, room);
  std::memcpy(outputs, result.data(), sizeof(float) * std::size_t(result.size()));
}

}  // namespace

test::engine const test::ENGINE{pack, run};
