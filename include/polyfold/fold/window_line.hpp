// Windows that slide over a line of inputs, as a value: which of them start their moments afresh, and what all of them take.
#pragma once

#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/core/cost.hpp>

namespace polyfold::fold {

/// A running sum may take the step from one window to the next, where they move by one input:
/// M_k(x + 1) = M_k(x) - [k = 0] in(x) + binomial(L, k) in(x + L) - M_{k-1}(x + 1).
struct window_line {
  /// Rounding errors of a running sum grow with its length: start afresh after so many steps.
  static constexpr int restart = 16;

  basis::axis_cut along;  // of the positions of a window
  int windows;
  bool slides;

  constexpr window_line(int windows_, int length, int order, basis_kind kind, bool by_one)
      : along(length, cut{true, 0, order, kind}),
        windows(windows_),
        slides(windows > 1 && along.running_sums && by_one &&
               slide_additions() + slide_multiplications() < along.analysis_additions()) {}

  /// Windows whose moments do not follow from those of the one before.
  [[nodiscard]] constexpr int fresh() const { return slides ? core::ceil_div(windows, restart) : windows; }
  /// Operations of one step.
  [[nodiscard]] constexpr long long slide_additions() const { return 2LL * along.size(); }
  [[nodiscard]] constexpr long long slide_multiplications() const { return along.size() - 1LL; }

  /// Operations of so many such lines.
  [[nodiscard]] constexpr cost count(long long lines) const {
    cost c;
    c.multiplications = lines * (fresh() * along.multiplications() + (windows - fresh()) * slide_multiplications());
    c.additions = lines * (fresh() * along.analysis_additions() + (windows - fresh()) * slide_additions());
    return c;
  }
};

}  // namespace polyfold::fold
