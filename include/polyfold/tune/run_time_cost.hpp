// What a network of given layers and approximations costs, counted at run time: the same figures as the constants
// layer_cost and total_cost of the type (network, its numbers in floats or in bytes), without compiling one. Both follow from
// the plans of the layers (fold/fold_plan.hpp). Layers that read one map and cut it alike share its moments: they count at the
// first of them.
#pragma once

#include <algorithm>
#include <vector>

#include <polyfold/core/cost.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fold/fold_plan.hpp>
#include <polyfold/layers/scale_groups.hpp>
#include <polyfold/tune/layer_form.hpp>

namespace polyfold::tuning {

/// One cost for every layer with weights; `total` has the other layers as well.
struct counted_network {
  std::vector<cost> layers;
  cost total;
  cost approximated;  ///< sum over the approximated layers
};

}  // namespace polyfold::tuning

namespace polyfold {

namespace detail {

class run_time_counter {
 public:
  explicit run_time_counter(stored_as stored) : stored_(stored) {}

  [[nodiscard]] cost count(tuning::layer_form const& l, approximation const& a) {
    if (std::string const why = tuning::why_not(l, a); !why.empty())
      throw failure("layer " + std::to_string(l.layer) + " (" + l.name + "): " + why);
    fold::fold_plan const plan = l.plan(a);
    cost c = plan.dense_cost();
    int value = l.input_value;
    for (int j = 0; j < plan.size; ++j) {
      fold::operation_form const& form = plan.at(j);
      step const wanted{value, form};
      auto const found =
          form.parameters() > 0 ? computed_.end() : std::find(computed_.begin(), computed_.end(), wanted);
      value = -1 - static_cast<int>(found - computed_.begin());  // maps of the network count from 0 up
      if (found != computed_.end()) continue;
      computed_.push_back(wanted);
      c += form.count();
      c.stored_parameters += form.parameters();
      read_constants(c, form);
    }
    if (stored_ == stored_as::bytes)
      storage::detail::add_byte_cost(c, c.stored_parameters, layer_types::scale_groups(plan, in_bytes.scales).count());
    return c;
  }

 private:
  /// All that what a step without stored parameters computes depends on.
  struct step {
    int source;
    fold::operation_form form;
    friend bool operator==(step const&, step const&) = default;
  };

  /// Constants count where they are read first.
  void read_constants(cost& c, fold::operation_form const& form) {
    form.for_each_set([&](basis::function_set const& set) {
      if (set.functions == 0 || std::find(read_.begin(), read_.end(), set) != read_.end()) return;
      read_.push_back(set);
      c.table_bytes += set.constant_bytes();
    });
  }

  stored_as stored_;
  std::vector<step> computed_;
  std::vector<basis::function_set> read_;
};

}  // namespace detail

}  // namespace polyfold

namespace polyfold::tuning {

/// Counts a network with layers `forms` under `approximations`, one for each, and `others`, what its other layers cost.
/// Throws `failure` where a layer cannot have its approximation.
[[nodiscard]] inline counted_network count_network(std::vector<layer_form> const& forms,
                                                   std::vector<approximation> const& approximations, cost const& others,
                                                   stored_as stored = stored_as::float32) {
  if (forms.size() != approximations.size())
    throw failure("count_network: " + std::to_string(approximations.size()) + " approximations for " +
                  std::to_string(forms.size()) + " layers");
  counted_network counted{{}, others, {}};
  polyfold::detail::run_time_counter counter(stored);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    cost const c = counter.count(forms[i], approximations[i]);
    counted.layers.push_back(c);
    counted.total += c;
    if (c.coefficients < c.weights) counted.approximated += c;
  }
  return counted;
}

}  // namespace polyfold::tuning
