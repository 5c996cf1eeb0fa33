// An ONNX graph on its way to steps: its constants and values by their names, and what all operators need.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_values.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>
#include <polyfold/io/weight_source.hpp>

namespace polyfold::detail {

/// Whether a graph turns its input from N x H x W x C, or N x L x C, first of all.
[[nodiscard]] inline bool reads_channels_last(io::onnx_graph const& graph) {
  return graph.inputs.size() == 1 && std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](io::onnx_node const& n) {
           auto const order = n.attributes.find("perm");
           return n.operation == "Transpose" && n.inputs == std::vector{graph.inputs[0].name} &&
                  order != n.attributes.end() &&
                  (order->second.integers == std::vector<std::int64_t>{0, 3, 1, 2} ||
                   order->second.integers == std::vector<std::int64_t>{0, 2, 1});
         });
}

class onnx_step_maker {
 protected:
  /// Reads a value whose sizes are not known, as something before it is not understood.
  struct unknown_value {};

  onnx_step_maker(io::onnx_graph const& graph, shape input) : graph_(graph), constants_(budget_of(graph)) {
    take_initialisers();
    take_input(input);
  }

  /// Every value is computed once, before it is read.
  void check_names(io::onnx_node const& node) const {
    if (node.outputs.empty() || node.outputs[0].empty()) throw io::onnx_refusal{"it has no output"};
    for (std::string const& name : node.outputs)
      if (!name.empty() && (constants_.find(name) != nullptr || flows_.contains(name) || unknown_.contains(name) ||
                            beside_.contains(name)))
        throw io::onnx_refusal{"its output '" + name.substr(0, 100) + "' exists already"};
    for (std::string const& name : node.inputs) {
      if (beside_.contains(name))
        throw io::onnx_refusal{"it reads '" + name.substr(0, 100) + "', which a node gives beside its result"};
      if (!name.empty() && constants_.find(name) == nullptr && !flows_.contains(name) && !unknown_.contains(name))
        throw io::onnx_refusal{"it reads '" + name.substr(0, 100) + "', which nothing before it computes"};
    }
  }
  static void check_form(io::onnx_node const& node, std::string_view attributes, std::size_t least, std::size_t most) {
    if (node.inputs.size() < least || node.inputs.size() > most)
      throw io::onnx_refusal{"it has " + std::to_string(node.inputs.size()) + " inputs"};
    std::string const known = " " + std::string(attributes) + " ";
    for (auto const& [key, a] : node.attributes)
      if (known.find(" " + key + " ") == known.npos)
        throw io::onnx_refusal{"its attribute '" + key.substr(0, 100) + "' is not understood"};
  }

  void refuse(io::onnx_node const& node, std::string const& why) {
    io::file_step step{.kind = "", .text = node.text(), .reads = {}, .refusal = why};
    for (std::string const& name : node.inputs)
      if (auto const flow = flows_.find(name); flow != flows_.end()) step.reads.push_back(flow->second.value);
    result_.steps.push_back(std::move(step));
    for (std::string const& name : node.outputs)
      if (!flows_.contains(name) && constants_.find(name) == nullptr) unknown_.insert(name);
  }
  void add_constant(io::onnx_node const& node) {
    std::optional<stored_tensor> tensor = constant_value(node);
    if (!tensor) throw io::onnx_refusal{"its value is no tensor of numbers"};
    tensor->name = node.outputs.front();
    constants_.define(node.outputs.front(), std::move(*tensor));
  }
  /// A Constant's tensor, however it is written.
  [[nodiscard]] static std::optional<stored_tensor> constant_value(io::onnx_node const& node) {
    if (node.attributes.size() != 1) return std::nullopt;
    auto const& [key, a] = *node.attributes.begin();
    auto const filled = [](dtype type, std::vector<std::int64_t> sizes, std::span<std::byte const> bytes) {
      return stored_tensor{{}, type, std::move(sizes), {bytes.begin(), bytes.end()}};
    };
    auto const count = [](auto const& values, std::size_t size) { return std::int64_t(values.size() / size); };
    if (key == "value") return a.tensor;
    if (key == "value_float") return filled(dtype::f32, {}, std::as_bytes(std::span(&a.number, 1)));
    if (key == "value_int") return filled(dtype::i64, {}, std::as_bytes(std::span(&a.integer, 1)));
    if (key == "value_ints") return filled(dtype::i64, {count(a.integers, 1)}, std::as_bytes(std::span(a.integers)));
    if (key == "value_floats" && a.numbers.size() % sizeof(float) == 0)
      return filled(dtype::f32, {count(a.numbers, sizeof(float))}, a.numbers);
    return std::nullopt;
  }

  /// What input `i` is, which depends on the network's input.
  [[nodiscard]] onnx_flow flow(io::onnx_node const& node, std::size_t i) const {
    auto const found = flows_.find(node.inputs[i]);
    if (found != flows_.end()) return found->second;
    if (unknown_.contains(node.inputs[i])) throw unknown_value{};
    throw io::onnx_refusal{"its input " + std::to_string(i) + " is a constant, or left out"};
  }
  [[nodiscard]] bool flows(io::onnx_node const& node, std::size_t i) const {
    return flows_.contains(node.inputs[i]) || unknown_.contains(node.inputs[i]);
  }
  /// A constant input, for a module.
  [[nodiscard]] stored_tensor weights(io::onnx_node const& node, std::size_t i) {
    onnx_constant const* const c = constants_.input(node, i);
    if (c == nullptr)
      throw io::onnx_refusal{"its input " + std::to_string(i) + ", its weights or biases, is no constant"};
    constants_.charge(c->tensor->bytes.size() + 200);
    return {c->name(), c->type(), c->shape, c->tensor->bytes};
  }
  [[nodiscard]] static bool has(io::onnx_node const& node, std::size_t i) {
    return i < node.inputs.size() && !node.inputs[i].empty();
  }
  /// Numbers for the channels of `to`, as a vector for a module.
  [[nodiscard]] std::vector<double> for_channels(onnx_constant const& c, onnx_flow const& to) {
    constants_.charge(c.tensor->bytes.size());
    return channel_numbers(c, to);
  }

  /// What a node gives is what a value already is, in another form.
  void let_be(io::onnx_node const& node, onnx_flow const& is) { flows_[node.outputs.front()] = is; }
  /// Adds a step whose result `out` describes, but for its value.
  io::file_step& emit(io::onnx_node const& node, std::string const& kind, std::vector<int> reads, onnx_flow out) {
    if (std::int64_t{out.size.channels} * out.size.height * out.size.width > 1 << 30)
      throw io::onnx_refusal{"its result is larger than any network of polyfold's"};
    result_.steps.push_back({.kind = kind, .text = node.text(), .reads = std::move(reads), .output = out.size});
    out.value = int(result_.steps.size());
    let_be(node, out);
    return result_.steps.back();
  }
  io::file_step& emit_with(weight_module module, io::onnx_node const& node, std::string const& kind,
                           onnx_flow const& in, onnx_flow const& out) {
    if (module.name.empty()) module.name = name_of(module);
    result_.modules.push_back(std::move(module));
    io::file_step& step = emit(node, kind, {in.value}, out);
    step.module = result_.modules.size() - 1;
    return step;
  }
  /// A module is called as its first tensor, without the part that says which.
  [[nodiscard]] static std::string name_of(weight_module const& m) {
    if (m.parts.empty()) return "";
    auto const [module, leaf] = split_tensor_name(m.parts.front().tensor.name);
    bool const known = leaf_of(framework::pytorch, leaf) != nullptr || leaf_of(framework::keras, leaf) != nullptr;
    return known && !module.empty() ? std::string(module) : m.parts.front().tensor.name;
  }

  void take_output() {
    if (graph_.outputs.size() != 1) {
      result_.refusals.push_back("the graph has " + std::to_string(graph_.outputs.size()) +
                                 " outputs; a network has one. Export the model with one output");
      return;
    }
    auto const found = flows_.find(graph_.outputs[0]);
    if (found != flows_.end())
      result_.output = found->second.value;
    else if (!unknown_.contains(graph_.outputs[0]))
      result_.refusals.push_back("no node computes the graph's output '" + graph_.outputs[0].substr(0, 100) + "'");
    else
      result_.output = int(result_.steps.size());
  }

  io::onnx_graph const& graph_;
  onnx_constants constants_;
  std::map<std::string, onnx_flow> flows_;
  std::set<std::string> unknown_;  // values behind something that is not understood
  std::set<std::string> beside_;   // masks, indices and statistics of training
  std::int64_t batch_ = -1;
  io::file_graph result_;

 private:
  [[nodiscard]] static std::uint64_t budget_of(io::onnx_graph const& graph) {
    std::uint64_t bytes = 1 << 20;
    for (stored_tensor const& t : graph.initialisers) bytes += 8 * t.bytes.size();
    for (io::onnx_node const& n : graph.nodes)
      for (auto const& [key, a] : n.attributes)
        if (a.tensor) bytes += 8 * a.tensor->bytes.size();
    return bytes;
  }

  void take_initialisers() {
    std::set<std::string_view> read(graph_.outputs.begin(), graph_.outputs.end());
    for (io::onnx_node const& n : graph_.nodes) read.insert(n.inputs.begin(), n.inputs.end());
    for (stored_tensor const& t : graph_.initialisers) {
      if (constants_.find(t.name) != nullptr)
        result_.refusals.push_back("two constants are called '" + t.name.substr(0, 100) + "'");
      if (!read.contains(t.name) && is_floating(t.type)) result_.unread.push_back({t.name, t.type, t.shape, {}});
      constants_.define(t.name, t);
    }
  }

  void take_input(shape size) {
    if (graph_.inputs.size() != 1) {
      std::string names;
      for (io::onnx_value const& v : graph_.inputs)
        if (names.size() < 200) names += (names.empty() ? ": " : ", ") + v.name.substr(0, 100);
      result_.refusals.push_back("the graph has " + std::to_string(graph_.inputs.size()) + " inputs" + names +
                                 "; a network has one. Export the model with the images alone as its input");
      if (graph_.inputs.empty()) return;
    }
    io::onnx_value const& given = graph_.inputs[0];
    onnx_flow flow{0, size, reads_channels_last(graph_) ? onnx_axes::pixels : onnx_axes::planes};
    if (given.sizes) {
      batch_ = given.sizes->empty() ? -1 : core::larger(std::int64_t{-1}, given.sizes->front());
      if (given.sizes->size() == 2) flow = flow.as_row();
      if (given.sizes->size() == 3 && size.height == 1) flow = flow.as_line();
      std::vector<std::int64_t> const wanted = flow.sizes();
      bool fits = wanted.size() == given.sizes->size();
      for (std::size_t d = 1; fits && d < wanted.size(); ++d)
        fits = (*given.sizes)[d] < 0 || (*given.sizes)[d] == wanted[d];
      if (!fits)
        result_.refusals.push_back("the graph's input '" + given.name.substr(0, 100) + "' has the sizes " +
                                   shape_text(*given.sizes).substr(0, 200) + "; expected a batch of " +
                                   std::to_string(size.channels) + " x " + std::to_string(size.height) + " x " +
                                   std::to_string(size.width));
    } else if (size.pixels() == 1) {
      flow = flow.as_row();
    }
    flows_[given.name] = flow;
  }
};

}  // namespace polyfold::detail
