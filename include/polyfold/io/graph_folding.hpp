// Steps of a file's graph that one layer stands for are put together, where that computes the same:
//
//   zeros around a map, then a convolution or average      the window's padding
//   scales and shifts in a row                             one scale_shift
//   a shift behind weights without a bias                  their bias
//   any scale and shift beside weights, if the network has no scale_shift of its own: the weights and biases take it up;
//   a shift in front of zero padding they can't
//   x * sigmoid(x), x * hard_sigmoid(x), x * (1 + erf(x / sqrt(2))) / 2    silu, hard_swish, gelu
//   every n-th pixel, zeros around the channels            padded_identity
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>

namespace polyfold::detail {

class graph_folding {
 public:
  /// `keeps_scalings`: the network has scale_shift layers.
  graph_folding(io::file_graph& graph, bool keeps_scalings)
      : graph_(graph), keeps_scalings_(keeps_scalings), uses_(graph.steps.size() + 1), is_(graph.steps.size() + 1) {
    for (std::size_t v = 0; v < is_.size(); ++v) is_[v] = int(v);
    for (io::file_step const& s : graph_.steps)
      for (int const v : s.reads) ++uses(v);
    ++uses(graph_.output);
  }

  void fold() {
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
      io::file_step& s = graph_.steps[i];
      for (int& v : s.reads) v = is(v);
      if (s.kind == "scale_shift")
        fold_scaling(i);
      else if (s.kind == "multiply")
        fold_product(s);
      else if (s.kind == "padded_identity")
        fold_identity(i);
      else if (s.kind == "conv2d" || s.kind == "dense" || s.kind == "average_pool")
        take_up_inputs(s);
    }
    graph_.output = is(graph_.output);
    // What is left is a layer of its own.
    for (io::file_step const& s : graph_.steps)
      if (s.kind == "scale_shift" && !s.folded) graph_.modules[*s.module].behind = s.scaling;
  }

 private:
  /// A part of a product with x: `factor` times the function that makes it `kind`.
  struct gate {
    char const* kind;
    int x;
    double factor;
  };

  [[nodiscard]] static bool alike(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

  /// How many steps read a value, and the network's output.
  [[nodiscard]] int& uses(int value) { return uses_[std::size_t(value)]; }
  /// The value that stands for one by now.
  [[nodiscard]] int is(int value) const { return is_[std::size_t(value)]; }
  [[nodiscard]] io::file_step& step_of(int value) { return graph_.steps[std::size_t(value) - 1]; }
  /// The step that computes a value, if it is `kind` and nothing else reads it.
  [[nodiscard]] io::file_step* sole(int value, char const* kind) {
    if (value == 0 || uses(value) != 1) return nullptr;
    io::file_step& s = step_of(value);
    return s.kind == kind ? &s : nullptr;
  }
  /// The same for a scale_shift with one scale and shift for all channels.
  [[nodiscard]] io::file_step* sole_scaling(int value) {
    io::file_step* const s = sole(value, "scale_shift");
    return s != nullptr && s->scaling->scale.size() == 1 && s->scaling->shift.size() == 1 ? s : nullptr;
  }
  void take_up(io::file_step& s) {
    s.folded = true;
    for (int const v : s.reads) --uses(v);
  }
  /// Lets step i vanish: what it would compute is `value`.
  void replace(std::size_t i, int value) {
    take_up(graph_.steps[i]);
    is_[i + 1] = value;
    uses(value) += uses_[i + 1];
  }
  void read(io::file_step& s, int value) {
    for (int const v : s.reads) --uses(v);
    s.reads = {value};
    ++uses(value);
  }
  static void append_text(io::file_step& to, std::string const& text) {
    if (to.text.size() < 300) to.text += ", " + text;
  }

  void fold_scaling(std::size_t i) {
    io::file_step& s = graph_.steps[i];
    int const value = s.reads[0];
    if (!s.scaling->scales() && !s.scaling->shifts()) return replace(i, value);
    if (is_hard_sigmoid(s)) return;
    if (value == 0 || uses(value) != 1) return;
    io::file_step& before = step_of(value);
    if (before.scaling) {
      before.scaling = before.scaling->then(*s.scaling);
      append_text(before, s.text);
      // The last factor of a gelu.
      if (before.kind != "scale_shift" && !before.scaling->shifts() && alike(before.scaling->scale[0], 1))
        before.scaling.reset();
      merge_names(before, s);
    } else if (before.kind == "conv2d" || before.kind == "dense") {
      weight_module& weights = graph_.modules[*before.module];
      weight_module const& own = graph_.modules[*s.module];
      if (own.find("bias") != nullptr && weights.find("bias") == nullptr && !weights.behind)
        weights.parts.push_back(own.parts.front());
      else if (!keeps_scalings_)
        weights.behind = weights.behind.value_or(io::channel_scaling()).then(*s.scaling);
      else
        return;
      append_text(before, s.text);
    } else {
      return;
    }
    replace(i, value);
  }
  /// Two scalings as one: neither's shift is a bias any more.
  void merge_names(io::file_step const& first, io::file_step const& second) {
    if (!first.module) return;
    weight_module& m = graph_.modules[*first.module];
    m.parts.clear();
    std::string const& more = graph_.modules[*second.module].name;
    if (m.name.size() < 100) m.name += ", " + more;
  }

  /// min(max(x + 3, 0), 6) / 6
  bool is_hard_sigmoid(io::file_step& s) {
    if (s.scaling->scale.size() != 1 || s.scaling->shifts() || !alike(s.scaling->scale[0], 1.0 / 6)) return false;
    std::optional<int> const x = shifted_relu6(s.reads[0]);
    if (!x) return false;
    read(s, *x);
    s.kind = "hard_sigmoid";
    s.scaling.reset();
    s.module.reset();
    return true;
  }
  /// The x of min(max(x + 3, 0), 6), whose steps are taken up.
  [[nodiscard]] std::optional<int> shifted_relu6(int value) {
    io::file_step* const bounded = sole(value, "bounded_relu");
    if (bounded == nullptr || bounded->numbers != std::vector{6.0f}) return std::nullopt;
    io::file_step* const shifted = sole_scaling(bounded->reads[0]);
    if (shifted == nullptr || shifted->scaling->scale[0] != 1 || shifted->scaling->shift[0] != 3) return std::nullopt;
    take_up(*bounded);
    take_up(*shifted);
    return shifted->reads[0];
  }

  /// What `value` is to a product with `x`; its steps are taken up.
  [[nodiscard]] std::optional<gate> gate_of(int value, int x) {
    for (auto const& [function, kind] : {std::pair("sigmoid", "silu"), std::pair("hard_sigmoid", "hard_swish")})
      if (io::file_step* const s = sole(value, function); s != nullptr && s->reads[0] == x) {
        take_up(*s);
        return gate{kind, x, 1};
      }
    if (io::file_step* const bounded = sole(value, "bounded_relu")) {
      io::file_step* const shifted = sole_scaling(bounded->reads[0]);
      if (shifted == nullptr || shifted->reads[0] != x || !shifted_relu6(value)) return std::nullopt;
      return gate{"hard_swish", x, 6};
    }
    // a (1 + erf(x / sqrt(2)))
    io::file_step* const sum = sole_scaling(value);
    if (sum == nullptr || !alike(sum->scaling->scale[0], sum->scaling->shift[0])) return std::nullopt;
    io::file_step* const erf = sole(sum->reads[0], "erf");
    io::file_step* const divided = erf == nullptr ? nullptr : sole_scaling(erf->reads[0]);
    if (divided == nullptr || divided->reads[0] != x || divided->scaling->shifts() ||
        !alike(divided->scaling->scale[0], 0.70710678118654752))
      return std::nullopt;
    for (io::file_step* const s : {sum, erf, divided}) take_up(*s);
    return gate{"gelu", x, 2 * sum->scaling->scale[0]};
  }

  /// The product of x, perhaps scaled, with a gate on it.
  void fold_product(io::file_step& s) {
    for (auto const& [a, b] : {std::pair(s.reads[0], s.reads[1]), std::pair(s.reads[1], s.reads[0])}) {
      std::optional<gate> found = gate_of(b, a);
      if (io::file_step* const scaled = found ? nullptr : sole_scaling(a);
          scaled != nullptr && !scaled->scaling->shifts()) {
        found = gate_of(b, scaled->reads[0]);
        if (found) {
          found->factor *= scaled->scaling->scale[0];
          take_up(*scaled);
        }
      }
      if (!found) continue;
      read(s, found->x);
      s.kind = found->kind;
      if (!alike(found->factor, 1)) s.scaling = io::channel_scaling{{found->factor}, {0}};
      return;
    }
  }

  /// Every n-th pixel and zeros around the channels, in either order.
  void fold_identity(std::size_t i) {
    io::file_step& s = graph_.steps[i];
    io::file_step* const before = sole(s.reads[0], "padded_identity");
    if (before == nullptr) return;
    before->numbers = {s.numbers[0], before->numbers[1] * s.numbers[1], before->numbers[2] + s.numbers[2]};
    before->output = s.output;
    append_text(*before, s.text);
    replace(i, s.reads[0]);
  }

  /// What stands in front of a window, or of a dense layer, as part of it.
  void take_up_inputs(io::file_step& s) {
    while (s.reads[0] != 0) {
      io::file_step& before = step_of(s.reads[0]);
      bool const padded = s.sliding && s.sliding->pads();
      if (before.kind == "pad" && s.sliding && (s.kind == "conv2d" || s.sliding->counts_padding())) {
        s.sliding->slid = s.sliding->counted = core::with_added_padding(s.sliding->slid, before.sliding->slid);
      } else if (before.kind == "scale_shift" && s.module && !keeps_scalings_ &&
                 !(padded && before.scaling->shifts())) {
        weight_module& weights = graph_.modules[*s.module];
        weights.before = before.scaling->then(weights.before.value_or(io::channel_scaling()));
      } else {
        return;
      }
      s.text = before.text.substr(0, 300) + ", " + s.text;
      if (--uses(s.reads[0]) == 0) take_up(before);
      s.reads[0] = before.reads[0];
      ++uses(s.reads[0]);
    }
  }

  io::file_graph& graph_;
  bool keeps_scalings_;
  std::vector<int> uses_;  // of each value
  std::vector<int> is_;    // the value that each one has become
};

}  // namespace polyfold::detail
