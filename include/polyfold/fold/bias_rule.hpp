// How the biases of N outputs are stored, as a value: none, one number each, or coefficients along the output axis that are
// expanded once a run.
#pragma once

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/core/cost.hpp>

namespace polyfold::fold {

enum class bias_kind { none, dense, segmented };

struct bias_rule {
  bias_kind kind = bias_kind::none;
  cut along{};  // of `segmented` biases

  /// Stored parameters of so many outputs.
  [[nodiscard]] constexpr int parameters(int outputs) const {
    switch (kind) {
      case bias_kind::none:
        return 0;
      case bias_kind::dense:
        return outputs;
      default:
        return basis::axis_cut(outputs, along).size();
    }
  }
  /// What expanding them and adding each to so many pixels takes.
  [[nodiscard]] constexpr cost count(int outputs, int pixels) const {
    cost c;
    if (kind == bias_kind::none) return c;
    c.additions = static_cast<long long>(outputs) * pixels;
    if (kind == bias_kind::segmented) {
      basis::axis_cut const axis(outputs, along);
      c.additions += axis.synthesis_additions();
      c.multiplications = axis.multiplications();
    }
    return c;
  }

  friend constexpr bool operator==(bias_rule const&, bias_rule const&) = default;
};

}  // namespace polyfold::fold
