// The approximations that the tuner tries for a layer: cuts of its input side times cuts of its output side, at sizes from
// nearly exact to a few numbers.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fold/operation_form.hpp>
#include <polyfold/tune/layer_form.hpp>
#include <polyfold/tune/run_time_cost.hpp>
#include <polyfold/tune/segment_projection.hpp>

namespace polyfold {

namespace detail {

/// Cuts of an axis of n positions: short linear segments, then the whole axis with ever fewer functions.
[[nodiscard]] inline std::vector<cut> axis_cuts(int n) {
  std::vector<cut> cuts;
  for (int const segment : {4, 8, 16})
    if (segment < n) cuts.push_back({true, segment, 1});
  for (int const share : {2, 3, 4, 6, 8, 12, 16, 24})
    if (int const terms = n / share; terms >= 1 && terms <= 32) cuts.push_back({true, 0, terms - 1});
  return cuts;
}

/// Cuts of the input side, none among them.
[[nodiscard]] inline std::vector<approximation> input_cuts(tuning::layer_form const& l) {
  window const& w = l.sliding;
  std::vector<approximation> cuts{{}};
  std::vector<cut> planes;
  for (int order = 0; order <= 3; ++order)
    if (fold::column_moments_of({}, w, order, polynomial).plane_terms() < w.area()) planes.push_back({true, 0, order});
  std::vector<cut> channels;
  if (l.channels() > 1) channels = axis_cuts(l.channels());
  for (cut const& plane : planes) cuts.push_back({.kernel = plane});
  for (cut const& channel : channels) cuts.push_back({.channel = channel});
  for (cut const& plane : planes)
    for (cut const& channel : channels) cuts.push_back({.kernel = plane, .channel = channel});
  for (int order = 0; order + 1 < w.x.size; ++order) cuts.push_back({.flat = {true, w.x.size, order}});
  for (int const segment : {4, 8, 16, 32})
    if (segment < l.fan_in() && segment != w.x.size) cuts.push_back({.flat = {true, segment, 1}});
  return cuts;
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::tuning {

/// All of them: some hundreds for a dense layer behind a feature map. Only the weights are cut.
[[nodiscard]] inline std::vector<approximation> all_candidates(layer_form const& l) {
  std::vector<cut> outputs{{}};
  if (int const filters = l.filters / l.groups; filters > 1)
    for (cut const& along : polyfold::detail::axis_cuts(filters)) outputs.push_back(along);
  std::vector<approximation> candidates;
  for (approximation const& input : polyfold::detail::input_cuts(l))
    for (cut const& output : outputs) {
      approximation a = input;
      a.output = output;
      if (!(a == approximation{}) && why_not(l, a).empty()) candidates.push_back(a);
    }
  return candidates;
}

/// Cuts of the biases alone.
[[nodiscard]] inline std::vector<approximation> bias_candidates(layer_form const& l) {
  std::vector<approximation> candidates;
  if (!l.bias) return candidates;
  for (int const segment : {4, 8, 16, 24, 32})
    if (segment < l.filters) candidates.push_back({.bias = {true, segment, 1}});
  return candidates;
}

/// At most `most` candidates for a layer with `weights`. Their sizes, as `size_with` says, lie in equal
/// steps of a logarithmic scale below the exact layer's, and each step has the nearest to the weights of those that cut
/// the input side, the output side and both: nearness tells little between these, since training makes up for it
/// differently.
[[nodiscard]] inline std::vector<approximation> chosen_candidates(
    layer_form const& l, float const* weights, int most,
    std::function<long long(approximation const&)> const& size_with) {
  struct candidate {
    approximation a;
    long long size;
    double error;
  };
  long long const exact_size = size_with({});
  std::vector<candidate> all;
  std::vector<float> projected;
  for (approximation const& a : all_candidates(l)) {
    long long const size = size_with(a);
    if (size >= exact_size || size < 1) continue;
    projected.assign(weights, weights + l.weights());
    segment_projection{l, a}(projected.data());
    double error = 0;
    for (std::size_t i = 0; i < projected.size(); ++i) {
      double const off = double(projected[i]) - double(weights[i]);
      error += off * off;
    }
    all.push_back({a, size, error});
  }
  if (all.empty() || most < 1) return {};
  long long smallest = exact_size;
  for (candidate const& c : all) smallest = core::smaller(smallest, c.size);
  double const span = std::log(double(exact_size) / double(smallest));
  constexpr int sides = 3;
  int const steps = core::larger(1, most / sides);
  std::vector<candidate const*> best(std::size_t(steps) * sides, nullptr);
  for (candidate const& c : all) {
    int const step = core::smaller(int(std::log(double(exact_size) / double(c.size)) / span * steps), steps - 1);
    approximation const output_only{.output = c.a.output};
    int const side = c.a == output_only ? 0 : c.a.output.used ? 1 : 2;
    auto& held = best[std::size_t(step * sides + side)];
    if (held == nullptr || c.error < held->error || (c.error == held->error && c.size < held->size)) held = &c;
  }
  std::vector<approximation> chosen;
  for (candidate const* c : best)
    if (c != nullptr && int(chosen.size()) < most) chosen.push_back(c->a);
  return chosen;
}

}  // namespace polyfold::tuning
