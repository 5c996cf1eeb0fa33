// What a network stores and computes, layer by layer and in total, with the three ratios.
//
//   write_summary(std::cout, summarize(net));               // text for a terminal
//   summary_table(summarize(net)).write_markdown(file);     // a page
// The figures are the network's own constants (see core/cost.hpp); nothing is measured.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/cost.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/report/table.hpp>

namespace polyfold {

/// One layer.
struct layer_summary {
  std::string name;
  shape output;
  bool approximated = false;  ///< its weights are replaced by coefficients
  cost costs;
};

/// A network. Everything that the text shows, for programs that write it in another form.
struct network_summary {
  shape input;
  std::vector<layer_summary> layers;
  cost total;
  cost approximated;              ///< sum over the approximated layers
  long long workspace_bytes = 0;  ///< of one float inference, the image excluded

  /// Weights of the approximated layers / their coefficients.
  [[nodiscard]] double coefficients() const { return coefficient_ratio(approximated); }
  /// All dense parameters / all stored parameters.
  [[nodiscard]] double parameters() const { return parameter_ratio(total); }
  /// Dense float32 bytes / all stored bytes.
  [[nodiscard]] double bytes() const { return byte_ratio(total); }
};

template <class Network>
[[nodiscard]] network_summary summarize() {
  network_summary s;
  s.input = Network::input_shape;
  core::for_constexpr<Network::layers>([&]<int I>() {
    constexpr cost c = Network::template layer_cost<I>();
    s.layers.push_back(
        {Network::template layer_at<I>::name, Network::layer_output_shape(I), c.coefficients < c.weights, c});
  });
  s.total = Network::total_cost();
  s.approximated = Network::approximated_cost();
  s.workspace_bytes = Network::workspace_bytes();
  return s;
}
template <class Network>
[[nodiscard]] network_summary summarize(Network const&) {
  return summarize<Network>();
}

/// 16 x 5 x 5; vectors by their length alone.
[[nodiscard]] inline std::string shape_text(shape s) {
  std::string text = std::to_string(s.channels);
  if (s.pixels() != 1) text += " x " + std::to_string(s.height) + " x " + std::to_string(s.width);
  return text;
}

/// Layers, then their total. Bytes are those of the stored parameters, their scales and index maps; approximated layers bear
/// a star.
[[nodiscard]] inline table summary_table(network_summary const& s) {
  table t({{"layer", alignment::left},
           {"output"},
           {"stored parameters"},
           {"bytes"},
           {"table bytes"},
           {"multiplications"},
           {"additions"},
           {"dense multiplications"}});
  auto const add = [&](std::string name, std::string output, cost const& c) {
    t.add_row({std::move(name), std::move(output), with_thousands(c.stored_parameters),
               with_thousands(c.stored_bytes()), with_thousands(c.table_bytes), with_thousands(c.multiplications),
               with_thousands(c.additions), with_thousands(c.dense_multiplications)});
  };
  for (layer_summary const& l : s.layers) add(l.approximated ? l.name + " *" : l.name, shape_text(l.output), l.costs);
  t.begin_totals();
  add("total", "", s.total);
  return t;
}

/// The three ratios with what they divide, the multiplications, and the memory that a program needs.
[[nodiscard]] inline table ratio_table(network_summary const& s) {
  table t({{"measure", alignment::left}, {"value"}, {"from", alignment::left}});
  auto const add = [&](char const* name, double ratio, long long a, char const* of_a, long long b, char const* of_b) {
    t.add_row({name, as_ratio(ratio), with_thousands(a) + of_a + " / " + with_thousands(b) + of_b});
  };
  add("coefficient ratio", s.coefficients(), s.approximated.weights, " weights of the approximated layers",
      s.approximated.coefficients, " coefficients");
  add("parameter ratio", s.parameters(), s.total.dense_parameters, " dense parameters", s.total.stored_parameters,
      " stored parameters");
  add("byte ratio", s.bytes(), 4 * s.total.dense_parameters, " dense float32 bytes", s.total.stored_bytes(),
      " stored bytes");
  if (s.total.multiplications > 0) {
    add("multiplication ratio", double(s.total.dense_multiplications) / double(s.total.multiplications),
        s.total.dense_multiplications, " dense", s.total.multiplications, " folded");
  }
  t.add_row({"workspace bytes", with_thousands(s.workspace_bytes), "of one float inference, the image excluded"});
  t.add_row(
      {"flash bytes", with_thousands(s.total.flash_bytes()), "stored parameters, scales, index maps and basis tables"});
  return t;
}

/// Both tables as text, with the meaning of the star where there is one.
inline void write_summary(std::ostream& out, network_summary const& s) {
  summary_table(s).write_text(out);
  for (layer_summary const& l : s.layers) {
    if (!l.approximated) continue;
    out << "* approximated\n";
    break;
  }
  out << '\n';
  ratio_table(s).write_text(out);
}

}  // namespace polyfold
