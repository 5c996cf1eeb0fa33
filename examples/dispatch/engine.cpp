// Compiled once for each instruction set, with its flags, ENGINE (engine_avx2) and ENGINE_NAME ("avx2").
#include "engine.hpp"

#include <cstring>

#include <polyfold/packed.hpp>

#include "digits.hpp"

namespace {

// Constants to begin with: nothing of this file runs before it has been chosen.
constinit polyfold::network<digits, polyfold::in_floats, polyfold::packed> net;
constinit polyfold::network<digits, polyfold::in_floats, polyfold::packed>::workspace<> workspace{};

void pack(float const* parameters, std::uint8_t const* maps) { net.pack(parameters, maps); }

void run(float const* image, float* logits) {
  auto const result = net.run(image, workspace.data());
  std::memcpy(logits, result.data(), sizeof(float) * std::size_t(result.size()));
}

}  // namespace

engine const ENGINE{ENGINE_NAME, pack, run};
