// One program for every processor: a packed network compiled for several instruction sets, the best of which is chosen when the
// program runs. This file is compiled without flags for any processor.
#include <cmath>
#include <cstdio>

#include "digits.hpp"
#include "engine.hpp"

namespace {

using network_type = polyfold::network<digits>;
network_type net;  // its numbers would come from a file or a generated header
network_type::workspace<float> workspace;

/// The best engine that this processor can run. The questions are those of the flags in CMakeLists.txt.
engine const& best_engine() {
#if defined(DISPATCH_X86)
  bool const avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq"))
    return engine_avx512;
  if (avx2) return engine_avx2;
#endif
  return engine_baseline;
}

}  // namespace

int main() {
  for (int i = 0; float& number : net.parameters) number = 0.05f * std::sin(float(i++));
  float image[network_type::input_shape.size()];
  for (int i = 0; float& pixel : image) pixel = std::cos(float(i++));

  engine const& chosen = best_engine();
  chosen.pack(net.parameters.data(), net.maps.data());
  float logits[network_type::output_shape.size()];
  chosen.run(image, logits);

  float largest = 0, difference = 0;
  for (int i = 0; float const expected : net.run(image, workspace.data())) {
    difference = std::fmax(difference, std::abs(logits[i++] - expected));
    largest = std::fmax(largest, std::abs(expected));
  }
  std::printf("%s: differs from the portable network by %g of %g\n", chosen.name, double(difference), double(largest));
  return difference <= 1e-5f * largest ? 0 : 1;
}
