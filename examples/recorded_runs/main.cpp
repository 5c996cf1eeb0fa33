// Trains, folds, retrains and measures the networks of the recorded studies, and leaves a record of each.
#include <cstdlib>
#include <exception>
#include <iostream>

#include "configurations.hpp"
#include "runs.hpp"

int main(int argc, char** argv) {
  try {
    return run_studies(argc, argv, all_studies(), all_configurations());
  } catch (std::exception const& failure) {
    std::cerr << "recorded_runs: " << failure.what() << "\n";
    return EXIT_FAILURE;
  }
}
