// The options --mean and --deviation of programs that read weights trained elsewhere.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

inline void add_normalisation_options(CLI::App& app, std::vector<float>& mean, std::vector<float>& deviation) {
  auto* const first = app.add_option("--mean", mean,
                                     "of the images that the weights were trained on, x / 255; one for each channel, "
                                     "with commas between, or one for all")
                          ->delimiter(',');
  first->needs(app.add_option("--deviation", deviation, "the same")->delimiter(',')->needs(first));
}
