// Compiled once for each instruction set, with its flags, ENGINE (engine_avx2) and ENGINE_NAME ("avx2").
#include "engine.hpp"

#include <cstring>

#include <polyfold/packed_network.hpp>

#include "digits.hpp"

namespace {

// Constants to begin with: nothing of this file runs before it has been chosen.
constinit polyfold::packed_network<digits> net;
constinit polyfold::packed_network<digits>::workspace room{};

void pack(float const* numbers, std::uint8_t const* maps) { net.pack(numbers, maps); }

void run(float const* image, float* logits) {
  auto const result = net.run(image, room);
  std::memcpy(logits, result.data(), sizeof(float) * std::size_t(result.size()));
}

}  // namespace

engine const ENGINE{ENGINE_NAME, pack, run};
