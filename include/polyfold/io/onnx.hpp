// ONNX models as a source of weights. Such a file states the whole graph: load_weights follows it along the network's
// layers, and whatever in it is not what the network's type computes stops the import.
//
//   weight_source source = read_onnx("mnist-8.onnx");
//   add_onnx_sample(source, "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb");
//   load_weights(source, net);
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/shape.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_steps.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/weight_source.hpp>

namespace polyfold {

namespace detail {

/// The shape of a graph's images, if the file states it.
[[nodiscard]] inline std::optional<shape> stated_input(io::onnx_graph const& graph) {
  if (graph.inputs.size() != 1 || !graph.inputs[0].sizes) return std::nullopt;
  std::vector<std::int64_t> sizes = *graph.inputs[0].sizes;
  if (sizes.size() == 2) sizes.insert(sizes.end(), {1, 1});
  bool const stated = sizes.size() == 4 &&
                      std::all_of(sizes.begin() + 1, sizes.end(), [](std::int64_t s) { return s > 0 && s < 1 << 20; });
  if (!stated) return std::nullopt;
  if (reads_channels_last(graph)) std::rotate(sizes.begin() + 1, sizes.begin() + 3, sizes.end());
  return shape{int(sizes[1]), int(sizes[2]), int(sizes[3])};
}

}  // namespace detail

/// Reads an .onnx file, with weights in a second file beside it. Throws `failure` as read_onnx_graph. `modules` and
/// `unreadable` hold what the graph computes on images of the size that the file states, if it does: else the tensors are in
/// `others`.
[[nodiscard]] inline weight_source read_onnx(std::filesystem::path const& path) try {
  auto const graph = std::make_shared<io::onnx_graph const>(io::read_onnx_graph(path));
  weight_source source{.path = path, .ordered = true};
  source.samples_channels_last = detail::reads_channels_last(*graph);
  source.graph = [graph](shape input) { return detail::onnx_steps(*graph, input).steps(); };
  if (std::optional<shape> const input = detail::stated_input(*graph)) {
    io::file_graph steps = source.graph(*input);
    source.modules = std::move(steps.modules);
    source.unreadable = std::move(steps.refusals);
    for (io::file_step const& s : steps.steps)
      if (!s.refusal.empty()) source.unreadable.push_back(s.text + ": " + s.refusal);
    source.others = std::move(steps.unread);
  } else {
    source.others = graph->initialisers;
  }
  return source;
} catch (...) {
  detail::fail_to_read(path);
}

/// Reads the weights of an .onnx file or, of any other ending, a .npz or .safetensors file.
[[nodiscard]] inline weight_source read_any_weights(std::filesystem::path const& path,
                                                    read_limits const& limits = {}) try {
  return path.extension() == ".onnx" ? read_onnx(path) : read_weights(path, limits);
} catch (...) {
  detail::fail_to_read(path);
}

/// Adds an input and the output that belongs to it, from .pb files. Throws `failure` where one can't be read.
inline void add_onnx_sample(weight_source& source, std::filesystem::path const& input,
                            std::filesystem::path const& output) try {
  source.samples.push_back(
      {std::to_string(source.samples.size()), io::read_onnx_tensor(input), io::read_onnx_tensor(output)});
} catch (...) {
  detail::fail_to_read(input);
}

}  // namespace polyfold
