// What a file says that its network computes, step by step, where it says so (ONNX): in the words of polyfold's layers,
// whatever the file's own. load_weights compares it with the network's layers (io/graph_matching.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/window.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>
#include <polyfold/text.hpp>

namespace polyfold::io {

/// How a window slides over a map: a convolution's or a pooling's.
struct sliding_facts {
  window slid{};  ///< with what rounding sizes up adds behind the map
  int groups = 1;
  window counted{};  ///< of averages: with the padding that they divide by, too

  [[nodiscard]] bool pads() const { return slid.y.before + slid.y.after + slid.x.before + slid.x.after > 0; }
  /// Averages divide by all of the window, wherever it lies.
  [[nodiscard]] bool counts_padding() const { return counted == slid; }
};

}  // namespace polyfold::io

namespace polyfold {

namespace detail {

/// A layer as far as its numbers go: "max_pool 2 x 2, stride 2 x 2".
[[nodiscard]] inline std::string layer_text(std::string const& kind, std::optional<io::sliding_facts> const& sliding,
                                            std::vector<float> const& numbers) {
  text_stream out;
  out << kind;
  char const* comma = " ";
  if (sliding) {
    window const& w = sliding->slid;
    out << ' ' << w.y.size << " x " << w.x.size << ", stride " << w.y.stride << " x " << w.x.stride;
    comma = ", ";
  }
  for (float const n : numbers) out << std::exchange(comma, ", ") << n;
  return out.str();
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::io {

/// One step. `kind` is a layer's name (a covering average_pool for global ones), or one of what only folding knows:
/// "pad", "erf", "multiply"; empty where nothing is known to compute it.
struct file_step {
  std::string kind;
  std::string text;              ///< what the file calls it, with its attributes
  std::vector<int> reads;        ///< values: 0 is the network's input, i + 1 what step i computes
  shape output{};                ///< its sizes, if it is understood
  std::string refusal{};         ///< why no layer computes it, and a remedy
  std::vector<float> numbers{};  ///< of an activation or a norm, in the order of network_layer::numbers
  std::optional<sliding_facts> sliding{};
  std::optional<channel_scaling> scaling{};  ///< of a scale_shift
  std::optional<std::size_t> module{};       ///< its tensors
  bool folded = false;                       ///< taken up by other steps: nothing is left to compare

  [[nodiscard]] std::string layer_text() const { return polyfold::detail::layer_text(kind, sliding, numbers); }
};

struct file_graph {
  std::vector<file_step> steps;  ///< each after those that it reads
  std::vector<weight_module> modules;
  int output = 0;                     ///< the value that the network gives
  std::vector<stored_tensor> unread;  ///< tensors that no step reads, without their numbers
  std::vector<std::string> refusals;  ///< what is wrong beyond single steps
};

}  // namespace polyfold::io
