// What load_weights is told, and what it says of what it did.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>
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
    std::string layer_name;  ///< "conv2d", "dense", "batch_norm", ...
    std::string part;        ///< "weight", "bias", "gamma", ...: see layers/stored_part.hpp
    std::string tensor;      ///< empty: the file has none, and need not
    dtype type;
    std::vector<std::int64_t> shape;
    std::string conversion;  ///< what was done to the numbers; empty: nothing
  };
  std::vector<row> rows;
  std::vector<std::string> ignored;       ///< tensors left over with leave
  std::vector<std::string> not_compared;  ///< what the file does not state: only samples show it
  int samples = 0;                        ///< images that were run and compared
  float largest_difference = 0;           ///< of an output to the file's

  /// How far the network was compared with the framework that wrote the file, in one line or more.
  [[nodiscard]] std::string comparison() const {
    text_stream out;
    if (samples > 0) {
      out << "compared on " << samples << (samples == 1 ? " sample" : " samples") << ", largest difference "
          << largest_difference << '\n';
      return out.str();
    }
    out << "not compared with the framework's own outputs: the file has no sample. Add the arrays polyfold.input.0 and "
           "polyfold.output.0 to a .npz or .safetensors file, or a pair of .pb files to an ONNX model "
           "(add_onnx_sample)\n";
    for (std::string const& what : not_compared) out << "not compared: " << what << '\n';
    return out.str();
  }

  void print(std::ostream& out) const {
    print_rows(out);
    out << comparison();
  }
  /// What became what, alone.
  void print_rows(std::ostream& out) const {
    table t({{"layer", alignment::right},
             {"kind", alignment::left},
             {"part", alignment::left},
             {"tensor", alignment::left},
             {"type", alignment::left},
             {"shape", alignment::left},
             {"conversion", alignment::left}});
    for (row const& r : rows)
      t.add_row({std::to_string(r.layer), r.layer_name, r.part, r.tensor, std::string(dtype_name(r.type)),
                 detail::shape_text(r.shape), r.conversion});
    t.write_text(out);
    for (std::string const& name : ignored) out << "ignored: " << name << '\n';
  }
};

}  // namespace polyfold
