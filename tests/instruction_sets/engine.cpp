// Compiled once for each instruction set, whose name is ENGINE.
#include "engine.hpp"

#include <cstring>

#include <polyfold/packed.hpp>

#include "every_operation.hpp"

namespace {

constinit polyfold::network<test::every_operation, polyfold::in_floats, polyfold::packed> net;
constinit polyfold::network<test::every_operation, polyfold::in_floats, polyfold::packed>::workspace<> workspace{};

void pack(float const* parameters, std::uint8_t const* maps) { net.pack(parameters, maps); }
void run(float const* image, float* outputs) {
  auto const result = net.run(image, workspace.data());
  std::memcpy(outputs, result.data(), sizeof(float) * std::size_t(result.size()));
}

}  // namespace

test::engine const test::ENGINE{pack, run};
