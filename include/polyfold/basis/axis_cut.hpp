// An axis of N positions cut into segments of L, with P + 1 functions a segment, as a value: how many coefficients there are,
// what one analysis or synthesis along the axis takes, and which constants it reads.
#pragma once

#include <polyfold/basis/function_set.hpp>
#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/shape.hpp>

namespace polyfold::basis {

/// The last segment of an axis that L does not divide is shorter and keeps at most as many functions as it has positions.
struct axis_cut {
  /// Longest segment for which float32 running sums of order 2 keep five digits.
  static constexpr int longest_quadratic_sum = 64;

  int segment;
  int segments;
  int tail;
  int terms;
  int tail_terms;
  basis_kind kind;
  /// Whether the functions are binomials, so that both directions are running sums.
  bool running_sums;

  constexpr axis_cut(int length, cut const& f)
      : segment(f.segment == 0 ? length : f.segment),
        segments(core::ceil_div(length, segment)),
        tail(length - (segments - 1) * segment),
        terms(core::smaller(f.order + 1, segment)),
        tail_terms(core::smaller(f.order + 1, tail)),
        kind(f.basis),
        running_sums(f.order == 0 || (f.basis == basis_kind::polynomial &&
                                      (f.order == 1 || (f.order == 2 && segment <= longest_quadratic_sum)))) {}

  /// Coefficients along the axis.
  [[nodiscard]] constexpr int size() const { return (segments - 1) * terms + tail_terms; }
  [[nodiscard]] constexpr int positions_of(int s) const { return s + 1 < segments ? segment : tail; }
  [[nodiscard]] constexpr int terms_of(int s) const { return s + 1 < segments ? terms : tail_terms; }
  [[nodiscard]] constexpr function_set set_of(int s) const { return {positions_of(s), terms_of(s), kind}; }

  /// The sets whose constants are read: none for running sums, whose functions are empty sets here.
  [[nodiscard]] constexpr core::fixed_array<function_set, 2> sets() const {
    if (running_sums) return {{{0, 0}, {0, 0}}};
    return {{set_of(0), set_of(segments - 1)}};
  }

  /// Operations of one analysis or synthesis of so many pixels at once: values of functions are made once for all.
  [[nodiscard]] constexpr long long multiplications(int pixels = 1) const {
    if (running_sums) return 0;
    long long sum = 0;
    for (part const& p : parts()) sum += p.times * (p.set.making_multiplications() + pixels * p.set.products());
    return sum;
  }
  [[nodiscard]] constexpr long long analysis_additions(int pixels = 1) const {
    long long sum = 0;
    for (part const& p : parts())
      sum += p.times * (running_sums ? pixels * p.set.running_sum_additions()
                                     : p.set.making_additions() + pixels * p.set.analysis_additions());
    return sum;
  }
  [[nodiscard]] constexpr long long synthesis_additions(int pixels = 1) const {
    long long sum = 0;
    for (part const& p : parts())
      sum += p.times * (running_sums ? pixels * p.set.difference_additions()
                                     : p.set.making_additions() + pixels * p.set.synthesis_additions());
    return sum;
  }

 private:
  struct part {
    function_set set;
    long long times;
  };
  [[nodiscard]] constexpr core::fixed_array<part, 2> parts() const {
    return {{{set_of(0), segments - 1}, {set_of(segments - 1), 1}}};
  }
};

/// How the curve of an arrangement is cut, with 2^bits levels as its positions: into equal pieces.
[[nodiscard]] constexpr cut curve_cut(arrangement const& a) {
  return {true, core::ceil_div(1 << a.bits, a.pieces), a.order};
}

}  // namespace polyfold::basis
