// Finds the module of a file for each layer of a network, by the file's graph, by name or by order: the part of
// load_weights that is the same for every network.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/graph_folding.hpp>
#include <polyfold/io/graph_matching.hpp>
#include <polyfold/io/network_layer.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_module.hpp>
#include <polyfold/io/weight_placing.hpp>
#include <polyfold/io/weight_source.hpp>

namespace polyfold::detail {

/// What came of matching: numbers for the network, the mapping, and every difference in a sentence without a stop.
class weight_matching {
 public:
  weight_matching(weight_source const& source, std::vector<network_layer> const& layers, weight_options const& options,
                  std::size_t parameters)
      : source_(source), options_(options), placing_(options, parameters) {
    for (network_layer const& l : layers)
      if (l.slot) slots_.push_back(*l.slot);
    if (source.graph)
      match_graph(source.graph(layers.front().input), layers);
    else
      match_modules(layers);
  }

  void add_difference(std::string sentence) { placing_.add_difference(std::move(sentence)); }

  /// Throws `failure` with all differences, if there are any.
  void check() const {
    std::vector<std::string> const& differences = placing_.differences();
    if (differences.empty()) return;
    std::string text = source_.path.string() + ": " + std::to_string(differences.size()) +
                       (differences.size() == 1 ? " difference" : " differences") +
                       " between the file and the network; nothing was loaded:";
    constexpr std::size_t most = 50;
    for (std::size_t i = 0; i < core::smaller(most, differences.size()); ++i) text += "\n  " + differences[i];
    if (differences.size() > most) text += "\n  and " + std::to_string(differences.size() - most) + " more";
    throw failure(text);
  }

  [[nodiscard]] std::vector<float> const& parameters() const { return placing_.parameters(); }
  [[nodiscard]] weight_mapping mapping() { return placing_.mapping(); }

 private:
  using module_number = std::optional<std::size_t>;

  void match_modules(std::vector<network_layer> const& layers) {
    for (std::string const& sentence : source_.unreadable) add_difference(sentence);
    std::vector<module_number> const found = options_.names.empty() ? by_order() : by_name();
    std::vector<bool> used(source_.modules.size(), false);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (found[i]) {
        used[*found[i]] = true;
        placing_.place(slots_[i], source_.modules[*found[i]]);
      } else {
        placing_.add_missing(
            slots_[i], options_.names.empty() ? "a module in the file" : "the module '" + options_.names[i] + "'");
      }
    }
    for (std::size_t m = 0; m < used.size(); ++m)
      if (!used[m])
        for (weight_module::part const& p : source_.modules[m].parts) placing_.left_over(p.tensor);
    for (stored_tensor const& t : source_.others) placing_.left_over(t);
    note_not_compared(layers);
  }

  /// What a file of tensors alone does not say.
  void note_not_compared(std::vector<network_layer> const& layers) {
    placing_.mapping().not_compared.emplace_back(
        "strides, padding, activations, pooling and branches: the file does not state them");
    bool const keras = std::any_of(source_.modules.begin(), source_.modules.end(),
                                   [](weight_module const& m) { return m.layout.channels_last; });
    for (network_layer const& l : layers)
      if (keras && l.slot && l.slot->strides_without_same && !l.slot->whole_input)
        placing_.mapping().not_compared.push_back(l.text +
                                                  ": its padding; with strides, Keras' padding=\"same\" is the option "
                                                  "same_padding, which this layer does not have");
  }

  void match_graph(io::file_graph graph, std::vector<network_layer> const& layers) {
    graph_folding(graph,
                  std::any_of(layers.begin(), layers.end(), [](auto const& l) { return l.kind == "scale_shift"; }))
        .fold();
    graph_matching const compared(graph, layers);
    for (std::string const& d : compared.differences()) add_difference(d);
    std::vector<module_number> const found = compared.modules();
    check_name_count();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!found[i]) continue;  // the comparison ended before it, and has said why
      weight_module const& module = graph.modules[*found[i]];
      if (!options_.names.empty() && options_.names[i] != module.name)
        add_difference(slots_[i].text() + ": the graph has the module '" + module.name + "' there; expected '" +
                       options_.names[i] + "', as the names say");
      placing_.place(slots_[i], module);
    }
    if (placing_.differences().empty())
      for (stored_tensor const& t : graph.unread) placing_.left_over(t);
  }

  [[nodiscard]] std::string list_of_slots() const {
    std::string text;
    for (weight_slot const& s : slots_) text += (text.empty() ? "" : ", ") + std::to_string(s.layer) + " " + s.name;
    return text;
  }

  [[nodiscard]] std::vector<module_number> by_order() const {
    if (!source_.ordered)
      throw failure(source_.path, "does not keep its layers in order", "weight_options::names",
                    "name the file's module for each of these layers: " + list_of_slots());
    std::vector<module_number> result;
    std::vector<weight_module> const& modules = source_.modules;
    std::array<std::size_t, 5> next{};  // of each kind
    auto const fits = [](weight_slot const& s, weight_module const& module) {
      return module.is == s.is && (s.is != weight_module::kind::other || module.find(s.parts.front().name) != nullptr);
    };
    for (weight_slot const& s : slots_) {
      std::size_t& m = next[static_cast<std::size_t>(s.is)];
      while (m < modules.size() && !fits(s, modules[m])) ++m;
      result.push_back(m < modules.size() ? module_number(m++) : std::nullopt);
    }
    return result;
  }

  void check_name_count() const {
    if (!options_.names.empty() && options_.names.size() != slots_.size())
      throw failure(source_.path, "was given " + std::to_string(options_.names.size()) + " names",
                    std::to_string(slots_.size()) + ", one for each of these layers: " + list_of_slots());
  }
  [[nodiscard]] std::vector<module_number> by_name() const {
    check_name_count();
    std::vector<module_number> result;
    for (std::string const& name : options_.names) {
      if (std::count(options_.names.begin(), options_.names.end(), name) > 1)
        throw failure(source_.path, "was given the name '" + name + "' more than once",
                      "another module for every layer");
      auto const found = std::find_if(source_.modules.begin(), source_.modules.end(),
                                      [&](weight_module const& m) { return m.name == name; });
      result.push_back(found == source_.modules.end() ? std::nullopt
                                                      : module_number(std::size_t(found - source_.modules.begin())));
    }
    return result;
  }

  weight_source const& source_;
  weight_options const& options_;
  std::vector<weight_slot> slots_;
  weight_placing placing_;
};

}  // namespace polyfold::detail
