#include "peak.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <xsimd/xsimd.hpp>

namespace polyfold::bench {

namespace {
using vector = xsimd::batch<float>;
/// Enough sums for the latency of a multiply-add times the number of units, and few enough for the registers.
constexpr std::size_t chains = 12;
constexpr int steps = 64;
}  // namespace

long long multiply_add_rounds(int rounds, float& result) {
  std::array<vector, chains> sums;
  for (std::size_t i = 0; i < chains; ++i) sums[i] = vector(float(i));
  vector const scale(0.999f);
  vector const shift(0.001f);
  for (int r = 0; r < rounds; ++r)
    for (int s = 0; s < steps; ++s)
      for (vector& sum : sums) sum = xsimd::fma(sum, scale, shift);
  result = 0;
  for (vector const& sum : sums) result += xsimd::hadd(sum);
  return 2LL * rounds * steps * static_cast<long long>(chains * vector::size);
}

double peak_flops() {
  static double const measured = [] {
    using clock = std::chrono::steady_clock;
    double best = 0;
    for (int i = 0; i < 50; ++i) {
      auto const start = clock::now();
      float result = 0;
      double const operations = double(multiply_add_rounds(2000, result));
      if (!(result > 0)) return 0.0;
      best = std::max(best, operations / std::chrono::duration<double>(clock::now() - start).count());
    }
    return best;
  }();
  return measured;
}

float sum_of(float const* values, std::size_t count) {
  std::array<vector, 8> sums;
  sums.fill(vector(0.0f));
  constexpr std::size_t step = 8 * vector::size;
  for (std::size_t i = 0; i < count; i += step)
    for (std::size_t k = 0; k < 8; ++k) sums[k] += vector::load_unaligned(values + i + k * vector::size);
  for (std::size_t k = 1; k < 8; ++k) sums[0] += sums[k];
  return xsimd::hadd(sums[0]);
}

}  // namespace polyfold::bench
