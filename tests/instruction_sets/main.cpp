// One program with a network for each instruction set: those that this processor has compute what the portable network does.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "engine.hpp"
#include "every_operation.hpp"

namespace {
using network_type = polyfold::network<test::every_operation>;
constexpr int outputs = network_type::output_shape.size();
}  // namespace

int main() {
  auto const net = std::make_unique<network_type>();
  std::mt19937 generator(5);
  std::uniform_real_distribution<float> number(-0.2f, 0.3f);
  for (float& v : net->parameters) v = number(generator);
  // Variances are among the numbers of batch norm, layer 2.
  for (int i = network_type::first_parameter(2); i < network_type::first_parameter(3); ++i)
    net->parameters[std::size_t(i)] = 0.1f + std::abs(net->parameters[std::size_t(i)]);
  for (std::uint8_t& byte : net->maps) byte = static_cast<std::uint8_t>(generator());
  std::vector<float> image(std::size_t(network_type::input_shape.size()));
  for (float& v : image) v = 4 * number(generator);
  auto const workspace = std::make_unique<network_type::workspace<float>>();
  auto const expected = net->run(image.data(), workspace->data());

  int failures = 0;
  auto const check = [&](char const* name, test::engine const& engine, bool supported) {
    if (!supported) return void(std::printf("%s: not on this processor\n", name));
    engine.pack(net->parameters.data(), net->maps.data());
    std::array<float, outputs> got;
    engine.run(image.data(), got.data());
    float worst = 0, largest = 0;
    for (int i = 0; i < outputs; ++i) {
      float const difference = std::abs(got[std::size_t(i)] - expected[i]);
      worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
      largest = std::max(largest, std::abs(expected[i]));
    }
    bool const good = worst <= 1e-5f * largest;
    if (!good) ++failures;
    std::printf("%s: %s, differs by %g of %g\n", name, good ? "ok" : "FAIL", double(worst), double(largest));
  };
  check("baseline", test::baseline, true);
  check("avx2", test::avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  check("avx512", test::avx512,
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma"));
  return failures;
}
