// What load_weights is asked, and what it answers: how to match, and which tensor became what.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

/// How load_weights matches and checks.
struct weight_options {
  /// The file's module for each layer that stores numbers, in the network's order. Empty: the file's own order, weights,
  /// batch norms and slopes each for themselves.
  std::vector<std::string> names{};
  /// Tensors that may be left over, by name, or all of a module by its name.
  std::vector<std::string> ignored{};
  /// What the framework adds to batch norm's variance; else what the file says, 1e-3 for Keras, 1e-5 for PyTorch.
  std::optional<float> batch_norm_epsilon{};
  /// How far the network's outputs may be from the file's samples, as a share of the sample's largest output.
  float tolerance = 1e-4f;
  /// How much memory a file may ask for, where load_weights reads it.
  read_limits limits{};
};

/// Which tensor became what: one row for each part of a layer.
struct weight_mapping {
  struct row {
    int layer;               ///< its number in the network
    std::string layer_name;  ///< "conv2d", "dense", "batch_norm" or "prelu"
    weight_part part;
    std::string tensor;  ///< empty: the file has none, and need not
    dtype type;
    std::vector<std::int64_t> shape;
    std::string conversion;  ///< what was done to the numbers; empty: nothing
  };
  std::vector<row> rows;
  std::vector<std::string> ignored;  ///< tensors left over with leave
  int samples = 0;                   ///< images that were run and compared
  float largest_difference = 0;      ///< of an output to the file's

  void print(std::ostream& out) const {
    table t({{"layer", alignment::right},
             {"kind", alignment::left},
             {"part", alignment::left},
             {"tensor", alignment::left},
             {"type", alignment::left},
             {"shape", alignment::left},
             {"conversion", alignment::left}});
    for (row const& r : rows)
      t.add_row({std::to_string(r.layer), r.layer_name, std::string(part_name(r.part)), r.tensor,
                 std::string(dtype_name(r.type)), detail::shape_text(r.shape), r.conversion});
    t.write_text(out);
    for (std::string const& name : ignored) out << "ignored: " << name << '\n';
    if (samples > 0)
      out << std::to_string(samples) << " sample " << (samples == 1 ? "image" : "images")
          << " replayed, largest difference " << number_text(double(largest_difference)) << '\n';
  }
};

}  // namespace polyfold
