// A network with an operation of every kind, as each instruction set runs it: pointers only, so that nothing of polyfold that is
// compiled for one processor is called from code for another.
#pragma once

#include <cstdint>

namespace test {

struct engine {
  void (*pack)(float const* parameters, std::uint8_t const* maps);
  void (*run)(float const* image, float* outputs);
};
extern engine const baseline, avx2, avx512;

}  // namespace test
