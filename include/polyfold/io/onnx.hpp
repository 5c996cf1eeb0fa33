// ONNX models as a source of weights: which tensors are a layer's follows from the graph, not from their names.
//
//   weight_source source = read_onnx("mnist-8.onnx");
//   add_onnx_sample(source, "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb");
//   load_weights(source, net);
//
// Conv, Gemm (either way round, scaled), MatMul, an Add of a constant behind them, and BatchNormalization become modules,
// in graph order. Constants are followed through Identity, Cast, Reshape, Squeeze, Unsqueeze and Transpose; a map that is
// turned to channels last before it is flattened (TensorFlow's way) turns the weights behind it. Every other operation
// on a constant floating tensor is a difference that load_weights reports. Activations, pooling and the way that branches
// join are not compared with the network: samples do that.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/error.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/load_weights.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_source.hpp>

namespace polyfold {

namespace detail {

[[nodiscard]] inline bool is_permutation(std::span<std::int64_t const> order, std::size_t rank) {
  std::vector<bool> seen(rank, false);
  for (std::int64_t const axis : order) {
    if (axis < 0 || std::size_t(axis) >= rank || seen[std::size_t(axis)]) return false;
    seen[std::size_t(axis)] = true;
  }
  return order.size() == rank;
}

/// A constant tensor under another shape of the same size. 0 keeps a size, one -1 is what remains (ONNX's Reshape).
[[nodiscard]] inline std::optional<stored_tensor> reshaped_tensor(stored_tensor t, std::vector<std::int64_t> shape) {
  std::size_t unknown = shape.size();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && d < t.shape.size()) shape[d] = t.shape[d];
    if (shape[d] == -1) unknown = d;
  }
  std::uint64_t const bytes = t.bytes.size();
  if (unknown < shape.size()) {
    shape[unknown] = 1;
    std::optional<std::uint64_t> const rest = tensor_bytes(shape, t.type);
    if (!rest || *rest == 0) return std::nullopt;
    shape[unknown] = static_cast<std::int64_t>(bytes / *rest);
  }
  if (tensor_bytes(shape, t.type) != bytes) return std::nullopt;
  t.shape = std::move(shape);
  return t;
}

/// Walks over a graph and fills a weight_source.
class onnx_walk {
 public:
  explicit onnx_walk(std::filesystem::path const& path) {
    source_.path = path;
    source_.ordered = true;
  }

  [[nodiscard]] weight_source walk(onnx_graph graph) {
    for (stored_tensor& t : graph.initialisers) {
      std::string const name = t.name;
      order_.push_back(name);
      constants_.emplace(name, constant{name, std::move(t)});
    }
    for (onnx_node const& node : graph.nodes) visit(node);
    for (std::string const& name : order_)
      if (!used_.contains(name) && is_floating(constants_.at(name).tensor.type))
        source_.others.push_back(constants_.at(name).tensor);
    for (weight_module& m : source_.modules) m.name = module_name(m);
    return std::move(source_);
  }

 private:
  struct constant {
    std::string origin;  // the initialiser that it comes from
    stored_tensor tensor;
  };
  /// What is known of a value that depends on the input.
  struct flowing {
    bool channels_last = false;
    std::optional<std::size_t> unbiased;  // the module that has just computed it and takes a bias
  };

  [[nodiscard]] constant const* constant_at(onnx_node const& node, std::size_t input) const {
    if (input >= node.inputs.size()) return nullptr;
    auto const found = constants_.find(node.inputs[input]);
    return found == constants_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] flowing flowing_at(onnx_node const& node, std::size_t input) const {
    if (input >= node.inputs.size()) return {};
    auto const found = flows_.find(node.inputs[input]);
    return found == flows_.end() ? flowing{} : found->second;
  }
  void use(constant const& c) { used_.insert(c.origin); }
  void unreadable(onnx_node const& node, std::string const& what) {
    source_.unreadable.push_back(node.text() + ": " + what);
  }

  void visit(onnx_node const& node) {
    if (node.outputs.empty()) return;
    if (node.operation == "Constant") return add_constant(node);
    if (constant_at(node, 0) != nullptr && fold_constant(node)) return;

    flowing next{flowing_at(node, 0).channels_last, std::nullopt};
    if (node.operation == "Conv") {
      next.unbiased = convolution(node);
    } else if (node.operation == "Gemm") {
      gemm(node);
      // Rows and columns are gone.
      next.channels_last = false;
    } else if (node.operation == "MatMul" && constant_at(node, 1) != nullptr) {
      next.unbiased = linear(node, {false, next.channels_last}, constant_at(node, 1)->tensor);
      next.channels_last = false;
    } else if (node.operation == "BatchNormalization") {
      batch_normalisation(node);
    } else if (node.operation == "Transpose") {
      next.channels_last = turn(node, next.channels_last);
    } else if (node.operation != "Add" || !add_bias(node)) {
      other(node);
    }
    flows_[node.outputs.front()] = next;
  }

  void add_constant(onnx_node const& node) {
    std::optional<stored_tensor> tensor = constant_value(node);
    if (!tensor) return unreadable(node, "its value is no tensor of numbers");
    std::string const& name = node.outputs.front();
    tensor->name = name;
    if (constants_.emplace(name, constant{name, std::move(*tensor)}).second) order_.push_back(name);
  }

  /// A Constant's tensor, however it is written.
  [[nodiscard]] static std::optional<stored_tensor> constant_value(onnx_node const& node) {
    auto const at = [&](char const* name) {
      auto const found = node.attributes.find(name);
      return found == node.attributes.end() ? nullptr : &found->second;
    };
    auto const filled = [](dtype type, std::vector<std::int64_t> shape, std::span<std::byte const> bytes) {
      return stored_tensor{{}, type, std::move(shape), {bytes.begin(), bytes.end()}};
    };
    auto const count = [](auto const& values, std::size_t size) { return std::int64_t(values.size() / size); };
    if (auto const* a = at("value")) return a->tensor;
    if (auto const* a = at("value_float")) return filled(dtype::f32, {}, std::as_bytes(std::span(&a->number, 1)));
    if (auto const* a = at("value_int")) return filled(dtype::i64, {}, std::as_bytes(std::span(&a->integer, 1)));
    if (auto const* a = at("value_ints"))
      return filled(dtype::i64, {count(a->integers, 1)}, std::as_bytes(std::span(a->integers)));
    if (auto const* a = at("value_floats"); a && a->numbers.size() % sizeof(float) == 0)
      return filled(dtype::f32, {count(a->numbers, sizeof(float))}, a->numbers);
    return std::nullopt;
  }

  /// Operations that only reshape a constant give a constant.
  bool fold_constant(onnx_node const& node) {
    constant const& c = *constant_at(node, 0);
    std::optional<stored_tensor> result;
    if (node.operation == "Identity") {
      result = c.tensor;
    } else if (node.operation == "Cast") {
      std::int64_t const to = node.integer("to", 0);
      bool const floating = to == 1 || to == 10 || to == 11 || to == 16;  // TensorProto's F32, F16, F64, BF16
      if (floating != is_floating(c.tensor.type)) {
        unreadable(node, "it casts the constant '" + c.origin.substr(0, 100) + "' between whole numbers and others");
        return true;
      }
      result = c.tensor;
    } else if (node.operation == "Transpose") {
      std::vector<std::int64_t> order = node.integers("perm");
      if (order.empty()) {
        order.resize(c.tensor.shape.size());
        std::iota(order.rbegin(), order.rend(), 0);
      }
      if (is_permutation(order, c.tensor.shape.size())) result = permute_axes(c.tensor, order);
    } else if (node.operation == "Reshape") {
      constant const* const shape = constant_at(node, 1);
      if (shape != nullptr && shape->tensor.type == dtype::i64)
        result = reshaped_tensor(c.tensor, tensor_values<std::int64_t>(shape->tensor));
    } else if (node.operation == "Squeeze" || node.operation == "Unsqueeze") {
      // Sizes of 1 come and go; what reads the result looks at the rest of its shape.
      result = c.tensor;
      std::erase(result->shape, 1);
    }
    if (!result) return false;
    constant folded{c.origin, std::move(*result)};
    constants_.insert_or_assign(node.outputs.front(), std::move(folded));
    return true;
  }

  std::optional<std::size_t> convolution(onnx_node const& node) {
    constant const* const weight = constant_at(node, 1);
    if (weight == nullptr) {
      unreadable(node, "its weights are no constant");
      return std::nullopt;
    }
    use(*weight);
    weight_module module;
    module.parts.push_back({weight_part::weight, weight->tensor});
    module.sliding = sliding(node);
    bool const biased = node.inputs.size() > 2 && !node.inputs[2].empty();
    if (biased) add_vector(node, 2, weight_part::bias, module);
    source_.modules.push_back(std::move(module));
    if (biased) return std::nullopt;
    return source_.modules.size() - 1;
  }

  [[nodiscard]] sliding_facts sliding(onnx_node const& node) {
    sliding_facts facts;
    bool sensible = true;
    auto const as_int = [&](std::int64_t value) {
      sensible = sensible && value >= 0 && value < 1 << 20;
      return sensible ? static_cast<int>(value) : 0;
    };
    auto const two = [&](char const* key, int& y, int& x) {
      std::vector<std::int64_t> const values = node.integers(key);
      if (values.empty()) return;
      if (values.size() != 2) return void(sensible = false);
      y = as_int(values[0]);
      x = as_int(values[1]);
    };
    two("strides", facts.stride_y, facts.stride_x);
    two("dilations", facts.dilation_y, facts.dilation_x);
    facts.groups = as_int(node.integer("group", 1));
    std::vector<std::int64_t> const pads = node.integers("pads");
    if (pads.size() == 4)
      for (std::size_t i = 0; i < 4; ++i) facts.given[i] = as_int(pads[i]);
    else
      sensible = sensible && pads.empty();
    if (auto const kind = node.attributes.find("auto_pad"); kind != node.attributes.end()) {
      if (kind->second.text == "SAME_UPPER") facts.padding = sliding_facts::pads::same_upper;
      if (kind->second.text == "SAME_LOWER") facts.padding = sliding_facts::pads::same_lower;
      if (kind->second.text == "VALID") facts.given = {};
    }
    if (!sensible || facts.stride_y == 0 || facts.stride_x == 0)
      unreadable(node, "its strides, dilations, pads or groups are not those of a two-dimensional convolution");
    return facts;
  }

  /// y = alpha A B + beta C; B is a constant, transposed or not.
  void gemm(onnx_node const& node) {
    constant const* const weight = constant_at(node, 1);
    if (weight == nullptr || node.integer("transA", 0) != 0)
      return unreadable(node, "it multiplies by no constant from the right");
    bool const outputs_first = node.integer("transB", 0) != 0;
    weight_module& module = source_.modules[linear(node, {outputs_first, flowing_at(node, 0).channels_last},
                                                   scaled(weight->tensor, node.number("alpha", 1)))];
    if (node.inputs.size() < 3 || node.inputs[2].empty()) return;
    add_vector(node, 2, weight_part::bias, module);
    if (module.find(weight_part::bias) != nullptr)
      module.parts.back().tensor = scaled(module.parts.back().tensor, node.number("beta", 1));
  }

  std::size_t linear(onnx_node const& node, weight_layout layout, stored_tensor weight) {
    use(*constant_at(node, 1));
    weight_module module;
    module.layout = layout;
    module.parts.push_back({weight_part::weight, std::move(weight)});
    source_.modules.push_back(std::move(module));
    return source_.modules.size() - 1;
  }

  [[nodiscard]] static stored_tensor scaled(stored_tensor const& t, float by) {
    if (by == 1 || !is_floating(t.type)) return t;
    std::vector<float> values = tensor_floats(t);
    for (float& v : values) v *= by;
    return make_tensor<float>(t.name, t.shape, std::span<float const>(values));
  }

  /// A constant as a vector, one number for each channel: sizes of 1 around it are dropped.
  void add_vector(onnx_node const& node, std::size_t input, weight_part part, weight_module& module) {
    constant const* const c = constant_at(node, input);
    if (c == nullptr) return unreadable(node, "its " + std::string(part_name(part)) + " is no constant");
    use(*c);
    stored_tensor vector = c->tensor;
    if (vector.shape.size() != 1) {
      std::erase(vector.shape, 1);
      if (vector.shape.empty()) vector.shape = {1};
    }
    module.parts.push_back({part, std::move(vector)});
  }

  /// Add of a constant to what a convolution or MatMul has computed: its bias, if it is one number for each channel.
  bool add_bias(onnx_node const& node) {
    if (node.inputs.size() != 2) return false;
    std::size_t const constant_input = constant_at(node, 0) != nullptr ? 0 : 1;
    constant const* const c = constant_at(node, constant_input);
    std::optional<std::size_t> const to = flowing_at(node, 1 - constant_input).unbiased;
    if (c == nullptr || !to) return false;
    weight_module& module = source_.modules[*to];
    if (module.find(weight_part::bias) != nullptr) return false;
    // Shapes are aligned at their ends: channels stand before rows and columns behind a convolution, last behind a MatMul.
    std::size_t const behind = module.sliding ? 2 : 0;
    std::vector<std::int64_t> const& shape = c->tensor.shape;
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (shape[d] != 1 && d + behind + 1 != shape.size()) return false;
    add_vector(node, constant_input, weight_part::bias, module);
    return true;
  }

  void batch_normalisation(onnx_node const& node) {
    weight_module module;
    module.is = weight_module::kind::normalising;
    module.epsilon = node.number("epsilon", 1e-5f);
    add_vector(node, 1, weight_part::gamma, module);
    add_vector(node, 2, weight_part::beta, module);
    add_vector(node, 3, weight_part::mean, module);
    add_vector(node, 4, weight_part::variance, module);
    source_.modules.push_back(std::move(module));
  }

  /// Whether the channels are last behind a Transpose.
  [[nodiscard]] bool turn(onnx_node const& node, bool channels_last) {
    std::vector<std::int64_t> const order = node.integers("perm");
    if (order == std::vector<std::int64_t>{0, 2, 3, 1}) return true;
    if (order == std::vector<std::int64_t>{0, 3, 1, 2}) {
      // The network's own input, turned first of all.
      if (!node.inputs.empty() && !flows_.contains(node.inputs[0])) source_.samples_channels_last = true;
      return false;
    }
    unreadable(node, "it permutes a map's axes in a way that is not understood");
    return channels_last;
  }

  /// Any other operation: constants of whole numbers are shapes and axes, floating ones would be weights.
  void other(onnx_node const& node) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      constant const* const c = constant_at(node, i);
      if (c == nullptr || !is_floating(c->tensor.type)) continue;
      use(*c);
      // The share that Dropout would drop in training.
      if (node.operation == "Dropout") continue;
      unreadable(node, "it computes with the constant '" + c->origin.substr(0, 100) + "' " +
                           shape_text(c->tensor.shape) + ", which no layer takes");
    }
  }

  /// A module is called as its first tensor, without the part that says which.
  [[nodiscard]] static std::string module_name(weight_module const& m) {
    if (m.parts.empty()) return "";
    auto const [module, leaf] = split_tensor_name(m.parts.front().tensor.name);
    bool const known = leaf_of(framework::pytorch, leaf) != nullptr || leaf_of(framework::keras, leaf) != nullptr;
    return known && !module.empty() ? std::string(module) : m.parts.front().tensor.name;
  }

  weight_source source_;
  std::map<std::string, constant> constants_;
  std::vector<std::string> order_;  // of the initialisers
  std::map<std::string, flowing> flows_;
  std::set<std::string> used_;
};

}  // namespace detail

/// Reads the weights of an .onnx file. Throws `error` as read_onnx_graph; what its graph does beyond weights that can be
/// placed is reported by load_weights.
[[nodiscard]] inline weight_source read_onnx(std::filesystem::path const& path) try {
  return detail::onnx_walk(path).walk(read_onnx_graph(path));
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

/// Adds an input and the output that belongs to it, from .pb files. Throws `error` where one can't be read.
inline void add_onnx_sample(weight_source& source, std::filesystem::path const& input,
                            std::filesystem::path const& output) try {
  source.samples.push_back({std::to_string(source.samples.size()), read_onnx_tensor(input), read_onnx_tensor(output)});
} catch (...) {
  detail::fail_to_read(input);
}

}  // namespace polyfold
