// What the tuner found, for people: the networks that it tried as a table and as a picture.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <polyfold/report/plot.hpp>
#include <polyfold/report/table.hpp>
#include <polyfold/tune/tuning_result.hpp>

namespace polyfold {

namespace detail {

/// Points from the largest network to the smallest.
[[nodiscard]] inline std::vector<std::size_t> by_size(tuning_result const& r) {
  std::vector<std::size_t> order(r.points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return tuning::size_of(r.points[a].costs.total, r.budget.measured) >
           tuning::size_of(r.points[b].costs.total, r.budget.measured);
  });
  return order;
}

/// How many times smaller than the exact network.
[[nodiscard]] inline double size_ratio(tuning_result const& r, std::size_t i) {
  measure const m = r.budget.measured;
  return double(tuning::size_of(r.points.front().costs.total, m)) / double(tuning::size_of(r.points[i].costs.total, m));
}

}  // namespace detail

/// The networks on the Pareto front (none smaller is as accurate, none more accurate is as small), or all that were
/// tried. The chosen one is marked.
[[nodiscard]] inline table tuning_table(tuning_result const& r, bool whole = false) {
  table t({{"network", alignment::left},
           {"accuracy %"},
           {"drop, points"},
           {"stored parameters"},
           {"stored bytes"},
           {"coefficient ratio"},
           {"parameter ratio"},
           {"byte ratio"},
           {"multiplications"},
           {"additions"}});
  for (std::size_t const i : detail::by_size(r)) {
    if (!whole && !r.on_front(i)) continue;
    tuning_point const& p = r.points[i];
    cost const& c = p.costs.total;
    t.add_row({(i == 0 ? std::string("exact") : "stop " + std::to_string(i)) + (i == r.chosen ? ", chosen" : ""),
               with_decimals(100 * p.accuracy, 2), with_decimals(100 * p.drop, 2), with_thousands(c.stored_parameters),
               with_thousands(c.stored_bytes()), as_ratio(coefficient_ratio(p.costs.approximated)),
               as_ratio(parameter_ratio(c)), as_ratio(byte_ratio(c)), with_thousands(c.multiplications),
               with_thousands(c.additions)});
  }
  return t;
}

/// Accuracy lost over size saved: all networks, and the front as a line.
[[nodiscard]] inline plot tuning_plot(tuning_result const& r, std::string title) {
  std::vector<plot_point> tried;
  std::vector<plot_point> front;
  for (std::size_t const i : detail::by_size(r)) {
    plot_point const p{detail::size_ratio(r, i), 100 * r.points[i].drop};
    if (r.on_front(i))
      front.push_back(p);
    else
      tried.push_back(p);
  }
  plot picture(std::move(title),
               r.budget.measured == measure::bytes ? "byte ratio" : "multiplications saved, exact / approximated",
               "drop, percentage points");
  picture.line(front, {.label = "Pareto front"}).points(front, {.colour = "#0072b2"});
  if (!tried.empty()) picture.points(tried, {.label = "other stops"});
  picture.points({{detail::size_ratio(r, r.chosen), 100 * r.best().drop}},
                 {.label = "chosen", .colour = "#d55e00", .size = 5});
  return picture;
}

/// The layers of the chosen network: what replaces their weights, and what that leaves.
[[nodiscard]] inline table chosen_layers_table(tuning_point const& p, std::vector<tuning::layer_form> const& forms,
                                               std::vector<std::string> const& spellings) {
  table t({{"layer", alignment::left},
           {"weights"},
           {"coefficients"},
           {"stored parameters"},
           {"multiplications"},
           {"approximation", alignment::left}});
  for (std::size_t i = 0; i < forms.size(); ++i) {
    cost const& c = p.costs.layers[i];
    t.add_row({std::to_string(forms[i].layer) + " " + forms[i].name, with_thousands(c.weights),
               with_thousands(c.coefficients), with_thousands(c.stored_parameters), with_thousands(c.multiplications),
               spellings[i]});
  }
  return t;
}

}  // namespace polyfold
