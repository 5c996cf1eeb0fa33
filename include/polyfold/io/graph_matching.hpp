// Compares what a file says that its network computes with the layers of a network type, step by step along the edges of
// both from the input to the output, and finds the tensors of each layer. Nothing is taken from the order of the file.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/window.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/network_layer.hpp>
#include <polyfold/io/weight_module.hpp>

namespace polyfold::detail {

/// Whether two windows along one direction read the same inputs for all outputs.
[[nodiscard]] inline bool same_reading(window_axis const& a, window_axis const& b, int inputs) {
  int const outputs = a.outputs(inputs);
  return outputs == b.outputs(inputs) && a.before == b.before && a.size == b.size &&
         (a.dilation == b.dilation || a.size == 1) && (a.stride == b.stride || outputs == 1);
}
/// Whether the averages of two windows, which lie alike, divide by the same numbers of positions.
[[nodiscard]] inline bool same_divisors(window_axis const& slid, window_axis const& a, window_axis const& b,
                                        int inputs) {
  for (int i = 0; i < slid.outputs(inputs); ++i)
    if (a.inside_padding(slid.start(i), inputs) != b.inside_padding(slid.start(i), inputs)) return false;
  return true;
}

[[nodiscard]] inline std::string padding_text(window const& w) {
  return std::to_string(w.y.before) + ", " + std::to_string(w.y.after) + ", " + std::to_string(w.x.before) + ", " +
         std::to_string(w.x.after);
}

/// How the windows of a step lie otherwise than a layer's: one clause for each difference.
[[nodiscard]] inline std::vector<std::string> sliding_differences(network_layer const& layer,
                                                                  io::sliding_facts const& f) {
  std::vector<std::string> found;
  window const& w = *layer.slid;
  auto const differ = [&](std::string const& what, std::string const& expected) {
    found.push_back(what + "; expected " + expected);
  };
  auto const pair = [](int y, int x) { return std::to_string(y) + " x " + std::to_string(x); };
  int const groups = layer.slot ? layer.slot->groups : 1;
  if (f.groups != groups) differ(std::to_string(f.groups) + " groups", std::to_string(groups));
  if (f.slid.y.size != w.y.size || f.slid.x.size != w.x.size) {
    // A convolution's kernel is compared as its weight's shape.
    if (!layer.slot) differ("the window " + pair(f.slid.y.size, f.slid.x.size), pair(w.y.size, w.x.size));
  } else if (!same_reading(f.slid.y, w.y, layer.input.height) || !same_reading(f.slid.x, w.x, layer.input.width)) {
    if (f.slid.y.stride != w.y.stride || f.slid.x.stride != w.x.stride)
      differ("the stride " + pair(f.slid.y.stride, f.slid.x.stride), pair(w.y.stride, w.x.stride));
    if (f.slid.y.dilation != w.y.dilation || f.slid.x.dilation != w.x.dilation)
      differ("the dilation " + pair(f.slid.y.dilation, f.slid.x.dilation), pair(w.y.dilation, w.x.dilation));
    std::string const given = padding_text(f.slid);
    if (std::string const expected = padding_text(w); given != expected)
      differ("the padding " + given + " (top, bottom, left, right)", expected);
  } else if (layer.counted && (!same_divisors(w.y, f.counted.y, layer.counted->y, layer.input.height) ||
                               !same_divisors(w.x, f.counted.x, layer.counted->x, layer.input.width))) {
    bool const counts = f.counts_padding();
    differ(counts ? "averages that count the padding" : "averages without the padding (count_include_pad 0)",
           counts ? "averages without it (exclude_padding)" : "averages that count it");
  }
  return found;
}

class graph_matching {
 public:
  graph_matching(io::file_graph const& graph, std::vector<network_layer> const& layers)
      : graph_(graph),
        layers_(layers),
        readers_(graph.steps.size() + 1),
        values_(layers.size() + 1, nothing),
        step_of_(layers.size(), nothing),
        taken_(graph.steps.size(), false) {
    values_[0] = 0;
    for (std::size_t i = 0; i < graph.steps.size(); ++i)
      if (!graph.steps[i].folded)
        for (int const v : graph.steps[i].reads) {
          std::vector<int>& r = readers_[std::size_t(v)];
          if (r.empty() || r.back() != int(i)) r.push_back(int(i));
        }
    differences_ = graph.refusals;
    for (io::file_step const& s : graph.steps)
      if (!s.refusal.empty()) {
        differences_.push_back(s.text + ": " + s.refusal);
        refused_ = true;
      }
    if (!match_exactly()) match_as_far_as_possible();
    if (!stopped_) check_end();
  }

  /// What differs, in sentences without a stop; where nothing does, every layer computes what its step computes.
  [[nodiscard]] std::vector<std::string> const& differences() const { return differences_; }
  /// Whether the comparison ended before the last layer.
  [[nodiscard]] bool stopped() const { return stopped_; }
  /// The file's module for each layer that stores numbers, as far as the comparison went.
  [[nodiscard]] std::vector<std::optional<std::size_t>> modules() const {
    std::vector<std::optional<std::size_t>> found;
    for (std::size_t i = 0; i < layers_.size(); ++i)
      if (layers_[i].slot) found.push_back(step_of_[i] == nothing ? std::nullopt : step(step_of_[i]).module);
    return found;
  }

 private:
  static constexpr int nothing = -1;

  /// What exact matching had found when a layer had no step.
  struct state {
    std::size_t layer;
    std::vector<int> values;
    std::vector<int> step_of;
    std::vector<bool> taken;
  };
  /// Layer `layer` might be any of several steps.
  struct choice {
    std::size_t layer;
    std::vector<int> others;
  };

  [[nodiscard]] io::file_step const& step(int s) const { return graph_.steps[std::size_t(s)]; }
  [[nodiscard]] bool taken(int s) const { return taken_[std::size_t(s)]; }
  /// The steps that read a value of the file.
  [[nodiscard]] std::vector<int> const& readers(int value) const { return readers_[std::size_t(value)]; }

  void assign(std::size_t i, int s) {
    step_of_[i] = s;
    taken_[std::size_t(s)] = true;
    values_[i + 1] = s + 1;
  }
  /// Forgets layers from `first` on.
  void forget(std::size_t first) {
    for (std::size_t i = first; i < layers_.size(); ++i) {
      if (step_of_[i] != nothing) taken_[std::size_t(step_of_[i])] = false;
      step_of_[i] = nothing;
      values_[i + 1] = nothing;
    }
  }
  [[nodiscard]] int value_read(network_layer const& l, std::size_t which) const {
    return values_[std::size_t(l.reads[which])];
  }

  /// The steps that may be a layer by what they read and by their kind.
  [[nodiscard]] std::vector<int> candidates(network_layer const& l) const {
    std::vector<int> found;
    int const first = value_read(l, 0);
    for (int const r : readers(first)) {
      io::file_step const& s = step(r);
      if (taken(r) || !same_kind(l, s)) continue;
      if (l.reads[1] >= 0) {
        int const second = value_read(l, 1);
        if (s.reads != std::vector{first, second} && s.reads != std::vector{second, first}) continue;
      }
      found.push_back(r);
    }
    return found;
  }
  [[nodiscard]] static bool same_kind(network_layer const& l, io::file_step const& s) {
    if (s.scaling && s.kind != "scale_shift") return false;
    // A convolution that covers its input and a linear layer are the same.
    if (l.slot && l.slot->is == weight_module::kind::weighted && (s.kind == "conv2d" || s.kind == "dense"))
      return s.kind == l.kind || l.slot->whole_input;
    return s.kind == l.kind;
  }
  /// What differs beyond the kind and the tensors.
  [[nodiscard]] static std::vector<std::string> differences_of(network_layer const& l, io::file_step const& s) {
    std::vector<std::string> found;
    if (s.sliding && l.slid) found = sliding_differences(l, *s.sliding);
    // A kernel that covers the input, for a dense layer.
    if (s.sliding && !l.slid && s.sliding->pads()) found.push_back("padding; expected none");
    bool same = s.numbers.size() == l.numbers.size();
    for (std::size_t i = 0; same && i < s.numbers.size(); ++i)
      same = std::abs(s.numbers[i] - l.numbers[i]) <= 1e-6f * std::abs(l.numbers[i]);
    if (!same) found.push_back("other numbers: " + s.layer_text() + "; expected " + layer_text(l.kind, {}, l.numbers));
    return found;
  }
  /// Whether a step's tensors are a layer's by their shapes; they are compared in full later.
  [[nodiscard]] bool tensors_fit(network_layer const& l, io::file_step const& s) const {
    if (!l.slot || l.slot->is != weight_module::kind::weighted) return true;
    weight_module const& m = graph_.modules[*s.module];
    weight_module::part const* const weight = m.find("weight");
    std::vector<std::vector<std::int64_t>> const shapes = weight_shapes(*l.slot, m.layout);
    return weight != nullptr && std::find(shapes.begin(), shapes.end(), weight->tensor.shape) != shapes.end();
  }
  [[nodiscard]] std::vector<int> exact_candidates(network_layer const& l) const {
    std::vector<int> found = candidates(l);
    std::erase_if(found, [&](int r) {
      io::file_step const& s = step(r);
      return !differences_of(l, s).empty() || !tensors_fit(l, s) || (s.output != l.output);
    });
    return found;
  }

  /// At inference dropout is nothing, and no step.
  bool pass_through(std::size_t i) {
    if (layers_[i].kind != "dropout") return false;
    values_[i + 1] = value_read(layers_[i], 0);
    return true;
  }

  /// Finds a step for every layer; where several would do, each is tried.
  bool match_exactly() {
    std::vector<choice> open;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (pass_through(i)) continue;
      network_layer const& l = layers_[i];
      std::vector<int> found = exact_candidates(l);
      if (found.empty()) {
        if (!furthest_ || i > furthest_->layer) furthest_ = {i, values_, step_of_, taken_};
        if (open.empty()) return false;
        i = open.back().layer;
        forget(i);
        found = std::move(open.back().others);
        open.pop_back();
      }
      assign(i, found.front());
      found.erase(found.begin());
      if (!found.empty()) open.push_back({i, std::move(found)});
      // Both branches are there: which is which no longer matters.
      if (layers_[i].reads[1] >= 0)
        while (!open.empty() && open.back().layer >= fork(layers_[i])) open.pop_back();
    }
    return true;
  }
  /// The first layer behind the value at which the branches of an addition part.
  [[nodiscard]] std::size_t fork(network_layer const& addition) const {
    auto const [body, shortcut] = addition.reads;
    return std::size_t(shortcut < body ? shortcut : layers_[std::size_t(body)].reads[0]);
  }

  /// From where exact matching got furthest, goes on as far as the kinds of layers agree, and says what differs.
  void match_as_far_as_possible() {
    values_ = furthest_->values;
    step_of_ = furthest_->step_of;
    taken_ = furthest_->taken;
    bool all_fit = true;
    for (std::size_t i = furthest_->layer; i < layers_.size() && !stopped_; ++i) {
      if (pass_through(i)) continue;
      network_layer const& l = layers_[i];
      std::vector<int> found = exact_candidates(l);
      if (found.empty()) found = candidates(l);
      if (found.empty()) {
        stop_at(l);
        continue;
      }
      io::file_step const& s = step(found.front());
      for (std::string const& d : differences_of(l, s)) differences_.push_back(l.text + ": " + s.text + " has " + d);
      all_fit = all_fit && tensors_fit(l, s);
      assign(i, found.front());
    }
    if (differences_.empty() && all_fit)
      differences_.emplace_back("the file's graph and the network's layers give maps of different sizes");
  }

  void stop_at(network_layer const& l) {
    stopped_ = true;
    int const value = value_read(l, 0);
    std::string there;
    for (int const r : readers(value)) {
      io::file_step const& s = step(r);
      if (taken(r)) continue;
      // Said already.
      if (!s.refusal.empty()) return;
      there += (there.empty() ? "" : ", and ") + s.text + ", which is " + s.layer_text() +
               (s.kind == l.kind ? " of other values" : "");
    }
    if (there.empty() && refused_) return;
    if (there.empty())
      differences_.push_back(l.text +
                             ": nothing in the file computes more of what it reads. The network's type has a layer "
                             "too many, or this one in another place");
    else
      differences_.push_back(l.text + ": the file computes " + there + remedy(l, value));
  }
  /// What may help where a file goes on otherwise than the network.
  [[nodiscard]] std::string remedy(network_layer const& l, int value) const {
    for (int const r : readers(value))
      if (step(r).kind == "scale_shift" && !taken(r))
        return std::string(". Neighbouring weights can't take it up") +
               (l.slid && io::sliding_facts{.slid = *l.slid}.pads() ? ", as zeros are padded behind it" : "") +
               ": write scale_shift there in the network's type, or export without it (a normalisation of the input "
               "goes into polyfold's normalisation)";
    return ". Write the network's type as the file's graph";
  }

  /// The last layer computes the output, and no step is left over.
  void check_end() {
    int const last = values_.back();
    auto const left = [&](int s) { return !step(s).folded && !taken(s) && step(s).refusal.empty(); };
    if (last != graph_.output) {
      std::string more;
      for (int const r : readers(last))
        if (left(r) && more.empty()) more = step(r).text + ", which is " + step(r).layer_text();
      if (!more.empty()) {
        differences_.push_back("behind the network's last layer the file computes " + more +
                               ". Write the network's type as the file's graph");
        return;
      }
      if (!refused_) differences_.push_back("the file's output is not what the network's last layer computes");
    }
    for (int s = 0; s < int(graph_.steps.size()); ++s)
      if (left(s))
        differences_.push_back(step(s).text + ": " +
                               (readers(s + 1).empty() ? "nothing reads its result. Export the model without it"
                                                       : "no layer of the network computes it"));
  }

  io::file_graph const& graph_;
  std::vector<network_layer> const& layers_;
  std::vector<std::vector<int>> readers_;  // steps, of each value of the file
  std::vector<int> values_;                // the file's, for each value of the network
  std::vector<int> step_of_;               // for each layer
  std::vector<bool> taken_;
  std::optional<state> furthest_;
  std::vector<std::string> differences_;
  bool refused_ = false;
  bool stopped_ = false;
};

}  // namespace polyfold::detail
