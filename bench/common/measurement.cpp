#include "measurement.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "peak/peak.hpp"

namespace polyfold::bench {

namespace {

/// Prepared when the benchmark first runs; null where the peer cannot run the work.
class runner {
 public:
  explicit runner(measurement m) : measurement_(std::move(m)) {}

  void operator()(benchmark::State& state) {
    if (!tried_) prepare();
    if (!engine_) return state.SkipWithError(reason_.c_str());
    for (auto _ : state) engine_->run();
    double const operations = 2.0 * double(measurement_.work.multiplications) * measurement_.batch;
    double const runs = double(state.iterations());
    state.counters["FLOP/s"] = benchmark::Counter(operations * runs, benchmark::Counter::kIsRate);
    state.counters["%peak"] = benchmark::Counter(100 * operations * runs / peak_flops(), benchmark::Counter::kIsRate);
    state.counters["bytes/s"] = benchmark::Counter(measurement_.bytes * runs, benchmark::Counter::kIsRate);
    state.counters["multiplications"] = double(measurement_.work.multiplications);
    state.counters["bytes"] = measurement_.bytes;
  }

 private:
  measurement measurement_;
  std::unique_ptr<engine> engine_;
  std::string reason_;
  bool tried_ = false;

  void prepare() {
    tried_ = true;
    try {
      engine_ = measurement_.prepare();
    } catch (unsupported const& e) {
      reason_ = e.what();
    } catch (std::exception const& e) {
      std::fprintf(stderr, "%s\n", e.what());
      std::exit(1);
    }
  }
};

}  // namespace

int run_measurements(int argc, char** argv, measurements const& all) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (measurement const& m : all) {
    auto const r = std::make_shared<runner>(m);
    benchmark::RegisterBenchmark(m.name.c_str(), [r](benchmark::State& state) {
      (*r)(state);
    })->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace polyfold::bench
