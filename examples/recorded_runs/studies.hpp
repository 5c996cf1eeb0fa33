// The studies: what is measured on which data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <polyfold/data/normalisation.hpp>

/// Networks for one data set. Its records have a folder of its name.
struct study {
  std::string name;
  std::string data;                                  // as load_dataset knows it
  std::optional<polyfold::normalisation> normalise;  // nothing: measured on the training images
  std::size_t validation;                            // images held back for choices
};

[[nodiscard]] std::vector<study> all_studies();
