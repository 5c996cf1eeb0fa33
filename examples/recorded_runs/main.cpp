// Trains, folds, retrains and measures the networks of the recorded studies, and leaves a record of each.
#include "../program.hpp"
#include "configurations.hpp"
#include "runs.hpp"

int main(int argc, char** argv) {
  return run_program("recorded_runs", [&] { return run_studies(argc, argv, all_studies(), all_configurations()); });
}
