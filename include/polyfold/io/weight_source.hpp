// What a file of trained weights holds, sorted by the modules of the program that wrote it: the tensors of each
// convolution, linear layer and batch norm, how their axes lie, and sample inputs with the outputs that belong to them.
//
// Names tell the framework. A name is the module's, a dot or a slash, and one of
//
//   PyTorch  weight, bias, running_mean, running_var, num_batches_tracked
//   Keras    kernel, depthwise_kernel, pointwise_kernel, bias, gamma, beta, moving_mean, moving_variance (":0" may follow)
//
// A module with none of these is one of the user's own, for a layer that stores parts of the same names.
//
// Samples are called polyfold.input.0, polyfold.output.0, polyfold.input.1, ... (a batch each, or one image), with the
// axes in the framework's order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/shape.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/npz.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/safetensors.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>

namespace polyfold {

/// Inputs (N x C x H x W, or one image without N) and the network's outputs for them.
struct weight_sample {
  std::string name;
  stored_tensor input;
  stored_tensor output;
};

/// A file of weights. Readers fill it, load_weights places it in a network.
struct weight_source {
  std::filesystem::path path{};
  std::vector<weight_module> modules{};
  bool ordered = false;                   ///< whether the modules stand in the order in which the network computes them
  std::vector<stored_tensor> others{};    ///< tensors that belong to no module
  std::vector<std::string> unreadable{};  ///< what no layer can compute of what the file computes, as clauses
  /// What the file says that its network computes, for images of a shape; of files that say nothing, nothing.
  std::function<io::file_graph(shape)> graph{};
  std::vector<weight_sample> samples{};
  bool samples_channels_last = false;  ///< N x H x W x C instead
};

namespace detail {

enum class framework { pytorch, keras };

struct known_leaf {
  framework of;
  std::string_view name;
  std::string_view is;
};
/// PyTorch's "weight" and "bias" are batch norm's gamma and beta where the module has running statistics.
inline constexpr std::array<known_leaf, 12> known_leaves{{{framework::pytorch, "weight", "weight"},
                                                          {framework::pytorch, "bias", "bias"},
                                                          {framework::pytorch, "running_mean", "mean"},
                                                          {framework::pytorch, "running_var", "variance"},
                                                          {framework::keras, "kernel", "weight"},
                                                          {framework::keras, "depthwise_kernel", "weight"},
                                                          {framework::keras, "pointwise_kernel", "weight"},
                                                          {framework::keras, "bias", "bias"},
                                                          {framework::keras, "gamma", "gamma"},
                                                          {framework::keras, "beta", "beta"},
                                                          {framework::keras, "moving_mean", "mean"},
                                                          {framework::keras, "moving_variance", "variance"}}};

struct split_name {
  std::string_view module;
  std::string_view leaf;
};
/// "layer1.0.conv1.weight" is ("layer1.0.conv1", "weight"); "model/dense/kernel:0" is ("model/dense", "kernel").
[[nodiscard]] inline split_name split_tensor_name(std::string_view name) {
  if (std::size_t const colon = name.rfind(':');
      colon != name.npos && colon + 1 < name.size() && name.find_first_not_of("0123456789", colon + 1) == name.npos)
    name = name.substr(0, colon);
  std::size_t const end = name.find_last_of("./");
  return end == name.npos ? split_name{"", name} : split_name{name.substr(0, end), name.substr(end + 1)};
}

[[nodiscard]] inline known_leaf const* leaf_of(framework f, std::string_view name) {
  auto const found = std::find_if(known_leaves.begin(), known_leaves.end(),
                                  [&](known_leaf const& l) { return l.of == f && l.name == name; });
  return found == known_leaves.end() ? nullptr : &*found;
}

[[nodiscard]] inline framework framework_of(std::vector<stored_tensor> const& tensors) {
  bool const keras = std::any_of(tensors.begin(), tensors.end(), [](stored_tensor const& t) {
    std::string_view const leaf = split_tensor_name(t.name).leaf;
    return leaf_of(framework::keras, leaf) != nullptr && leaf_of(framework::pytorch, leaf) == nullptr;
  });
  return keras ? framework::keras : framework::pytorch;
}

/// Whether a module is a batch norm, and then its parts by their names, or the slopes of a PReLU.
inline void recognise(weight_module& module) {
  weight_module::part const* const weight = module.find("weight");
  if (module.find("mean") == nullptr && module.find("variance") == nullptr && module.find("gamma") == nullptr &&
      module.find("beta") == nullptr && (weight == nullptr || weight->tensor.shape.size() != 1))
    return;
  if (weight != nullptr && module.parts.size() == 1) {
    module.is = weight_module::kind::slopes;
    module.parts.front().is = "slope";
    return;
  }
  module.is = weight_module::kind::normalising;
  for (weight_module::part& p : module.parts) {
    if (p.is == "weight") p.is = "gamma";
    if (p.is == "bias") p.is = "beta";
  }
}

inline constexpr std::string_view sample_input = "polyfold.input.";
inline constexpr std::string_view sample_output = "polyfold.output.";

}  // namespace detail

/// Sorts named tensors by modules. Throws `failure` where a sample's input or output is missing, and for files of polyfold's
/// own.
[[nodiscard]] inline weight_source sort_weights(std::filesystem::path const& path, tensor_file file) try {
  using detail::framework;
  if (auto const format = file.metadata.find("format");
      format != file.metadata.end() && format->second.starts_with("polyfold "))
    throw failure(path, "is a file of polyfold's own ('" + format->second.substr(0, 100) + "')",
                  "weights of another framework", "read networks with load_network");
  weight_source source{.path = path, .ordered = file.ordered};
  framework const written_by = detail::framework_of(file.tensors);
  bool const keras = written_by == framework::keras;
  source.samples_channels_last = keras;
  std::map<std::string, stored_tensor const*> outputs;  // of the samples, by number
  for (stored_tensor const& tensor : file.tensors)
    if (tensor.name.starts_with(detail::sample_output))
      outputs.emplace(tensor.name.substr(detail::sample_output.size()), &tensor);
  std::map<std::string, std::size_t> numbers;  // of the modules, by name
  // Keras' separable convolutions are two layers: a depthwise one without bias, and one of 1 x 1.
  std::set<std::string, std::less<>> separable;
  if (keras)
    for (stored_tensor const& tensor : file.tensors)
      if (auto const [module_name, leaf] = detail::split_tensor_name(tensor.name); leaf == "pointwise_kernel")
        separable.emplace(module_name);

  for (stored_tensor& tensor : file.tensors) {
    if (tensor.name.starts_with(detail::sample_output)) continue;
    if (tensor.name.starts_with(detail::sample_input)) {
      std::string const number = tensor.name.substr(detail::sample_input.size());
      auto const output = outputs.find(number);
      if (output == outputs.end())
        throw failure(path,
                      "has " + detail::tensor_text(tensor.name) + " without polyfold.output." + number.substr(0, 100),
                      "both or none");
      source.samples.push_back({number, std::move(tensor), *output->second});
      outputs.erase(output);
      continue;
    }
    auto const [module_name, leaf] = detail::split_tensor_name(tensor.name);
    // PyTorch's count of training steps: nothing that a network computes with.
    if (!keras && leaf == "num_batches_tracked") continue;
    std::string module_of = std::string(module_name);
    if (separable.contains(module_of)) module_of += leaf == "depthwise_kernel" ? "/depthwise" : "/pointwise";
    detail::known_leaf const* const known = detail::leaf_of(written_by, leaf);
    if (known == nullptr) {
      source.others.push_back(std::move(tensor));
      continue;
    }
    auto const [place, is_new] = numbers.emplace(module_of, source.modules.size());
    if (is_new)
      source.modules.push_back({.name = module_of,
                                .layout = {!keras, keras},
                                .epsilon = keras ? 1e-3f : 1e-5f});  // the frameworks' defaults
    weight_module& module = source.modules[place->second];
    if (module.find(known->is) != nullptr)
      source.others.push_back(std::move(tensor));  // a kernel and a depthwise kernel: no layer has both
    else
      module.parts.push_back({std::string(known->is), std::move(tensor)});
  }
  for (weight_module& module : source.modules) detail::recognise(module);

  // Leaves of no framework's layers: a layer's of the user's own, where nothing else of their module is known.
  std::size_t const known_modules = source.modules.size();
  for (stored_tensor& tensor : std::exchange(source.others, {})) {
    std::string const module_of(detail::split_tensor_name(tensor.name).module);
    std::string const leaf(detail::split_tensor_name(tensor.name).leaf);
    auto const [place, is_new] = numbers.emplace(module_of, source.modules.size());
    if (is_new) source.modules.push_back({.name = module_of, .is = weight_module::kind::other});
    weight_module& module = source.modules[place->second];
    if (place->second < known_modules || module.find(leaf) != nullptr)
      source.others.push_back(std::move(tensor));
    else
      module.parts.push_back({leaf, std::move(tensor)});
  }
  if (!outputs.empty())
    throw failure(path,
                  "has " + detail::tensor_text(outputs.begin()->second->name) + " without the input that belongs to it",
                  "both or none");
  return source;
} catch (...) {
  detail::fail_to_read(path);
}

/// Reads a .npz or .safetensors file, told apart by its first bytes. Throws `failure` where it is neither, broken, or a .npz
/// file of more than `limits` allow.
[[nodiscard]] inline tensor_file read_tensors(std::filesystem::path const& path, read_limits const& limits = {}) try {
  constexpr char expected[] = "a .npz or .safetensors file";
  std::array<char, 2> start{};
  if (detail::input_file file(path, expected); file.size() >= start.size())
    file.read(std::as_writable_bytes(std::span(start)));
  if (start == std::array{'P', 'K'}) return read_npz(path, limits);
  std::string const ending = path.extension().string();
  if (ending != "" && ending != ".safetensors")
    throw failure(path, "is no .npz file", expected,
                  ending == ".onnx" ? "ONNX models are read by read_onnx" : "export the weights as one of them");
  return read_safetensors(path);
} catch (...) {
  detail::fail_to_read(path);
}

[[nodiscard]] inline weight_source read_weights(std::filesystem::path const& path, read_limits const& limits = {}) {
  return sort_weights(path, read_tensors(path, limits));
}

}  // namespace polyfold
