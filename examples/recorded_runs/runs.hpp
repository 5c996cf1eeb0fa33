// The program recorded_runs, for any studies.
#pragma once

#include <vector>

#include "experiment.hpp"
#include "studies.hpp"

/// Runs what the command line asks for and returns the exit status. Throws `polyfold::failure` where that can't be done.
int run_studies(int argc, char** argv, std::vector<study> const& studies, configuration_table const& configurations);
