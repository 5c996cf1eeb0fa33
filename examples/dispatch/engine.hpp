// A network behind pointers. Files for several instruction sets share this header and no function of polyfold.
#pragma once

#include <cstdint>

struct engine {
  char const* name;
  /// Takes over the numbers of a network: its `numbers` and its `maps`.
  void (*pack)(float const* parameters, std::uint8_t const* maps);
  /// Runs one image. Not for two threads at once: there is one workspace.
  void (*run)(float const* image, float* logits);
};

/// Those that CMakeLists.txt has compiled.
extern engine const engine_baseline, engine_avx2, engine_avx512;
