// A benchmark before it is registered, and how all are run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <polyfold/core/cost.hpp>

#include "engine.hpp"

namespace polyfold::bench {

/// One benchmark to be registered.
struct measurement {
  std::string name;
  int batch = 1;
  cost work{};       ///< of one image
  double bytes = 0;  ///< that a run reads and writes at least: input, output and stored parameters once
  std::function<std::unique_ptr<engine>()> prepare;  ///< builds the engine, checks what it computes
};
using measurements = std::vector<measurement>;

/// Registers the benchmarks and runs those that the command line picks. An engine is prepared when its benchmark first
/// runs, so that a filter costs nothing for what it leaves out. Returns what main returns; a wrong output ends the
/// program.
[[nodiscard]] int run_measurements(int argc, char** argv, measurements const& all);

}  // namespace polyfold::bench
