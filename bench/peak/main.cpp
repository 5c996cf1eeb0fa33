// The ceilings that the other benchmarks are held against: multiply-adds per second, and reading at the speed of each
// level of memory.
#include <benchmark/benchmark.h>

#include <vector>

#include "peak.hpp"

namespace {

void multiply_add(benchmark::State& state) {
  double operations = 0;
  float result = 0;
  for (auto _ : state) {
    operations += double(polyfold::bench::multiply_add_rounds(1000, result));
    benchmark::ClobberMemory();
  }
  if (!(result > 0)) state.SkipWithError("the sums are lost");
  state.counters["FLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsRate);
}
BENCHMARK(multiply_add)->Name("peak/multiply_add");

/// Argument: KiB that are read again and again.
void read(benchmark::State& state) {
  std::vector<float> values(std::size_t(state.range(0)) * 256, 1.0f);
  double bytes = 0;
  for (auto _ : state) {
    float const sum = polyfold::bench::sum_of(values.data(), values.size());
    benchmark::DoNotOptimize(sum);
    bytes += double(values.size() * sizeof(float));
  }
  state.counters["bytes/s"] = benchmark::Counter(bytes, benchmark::Counter::kIsRate);
}
BENCHMARK(read)->Name("peak/read_first_level")->Arg(16);
BENCHMARK(read)->Name("peak/read_second_level")->Arg(384);
BENCHMARK(read)->Name("peak/read_memory")->Arg(256 * 1024);

}  // namespace

BENCHMARK_MAIN();
