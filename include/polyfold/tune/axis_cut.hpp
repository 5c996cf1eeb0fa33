// An axis cut into segments, at run time: what segmented_basis (basis/segmented_basis.hpp) is to the compiler. The tests
// hold the one against the other.
#pragma once

#include <algorithm>
#include <cmath>

#include <polyfold/basis/segmented_basis.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/fit/matrix.hpp>

namespace polyfold {

/// Counts of an axis of `n` positions under factor `f`, which must suit it (see why_not).
class axis_cut {
 public:
  axis_cut(int n, factor const& f)
      : basis_(f.basis),
        segment_(f.segment == 0 ? n : f.segment),
        segments_(ceil_div(n, segment_)),
        tail_(n - (segments_ - 1) * segment_),
        terms_(std::min(f.order + 1, segment_)),
        tail_terms_(std::min(f.order + 1, tail_)) {
    constexpr int longest = segmented_basis<1, factor{true}>::longest_quadratic_sum;
    running_sums_ =
        f.order == 0 || (f.basis == basis_kind::polynomial && (f.order == 1 || (f.order == 2 && segment_ <= longest)));
  }

  [[nodiscard]] int segment() const { return segment_; }
  [[nodiscard]] int segments() const { return segments_; }
  [[nodiscard]] int positions_of(int s) const { return s + 1 < segments_ ? segment_ : tail_; }
  [[nodiscard]] int terms_of(int s) const { return s + 1 < segments_ ? terms_ : tail_terms_; }
  [[nodiscard]] bool running_sums() const { return running_sums_; }
  /// Coefficients along the axis.
  [[nodiscard]] int size() const { return (segments_ - 1) * terms_ + tail_terms_; }

  /// Operations of one analysis or synthesis, and the bytes of its tables.
  [[nodiscard]] long long multiplications() const {
    return running_sums_ ? 0 : over_segments([](int count, int functions) { return count * functions; });
  }
  [[nodiscard]] long long analysis_additions() const {
    return over_segments([&](int count, int functions) {
      return running_sums_ ? functions * (count - 1) - functions * (functions - 1) / 2 : functions * (count - 1);
    });
  }
  [[nodiscard]] long long synthesis_additions() const {
    return over_segments(
        [&](int count, int functions) { return (running_sums_ ? count - 1 : count) * (functions - 1); });
  }
  [[nodiscard]] long long table_bytes() const {
    if (running_sums_) return 0;
    return 4LL * (segment_ * terms_ + (tail_ == segment_ ? 0 : tail_ * tail_terms_));
  }

  /// The functions of segment s as orthonormal columns: positions_of(s) x terms_of(s).
  [[nodiscard]] matrix functions(int s) const { return orthonormal(positions_of(s), terms_of(s), basis_); }

  /// `terms` orthonormal functions on `n` positions, by the formulas of basis/functions.hpp.
  [[nodiscard]] static matrix orthonormal(int n, int terms, basis_kind basis) {
    matrix m(n, terms);
    for (int i = 0; i < n; ++i) {
      double const t = i - 0.5 * (n - 1);
      for (int k = 0; k < terms; ++k) {
        if (basis == basis_kind::cosine) {
          m(i, k) = std::sqrt((k == 0 ? 1.0 : 2.0) / n) * detail::cosine_of_pi_times((2LL * i + 1) * k, 2LL * n);
        } else if (k == 0) {
          m(i, k) = 1 / std::sqrt(double(n));
        } else {
          double const before = k > 1 ? std::sqrt(detail::recurrence_of(k - 1, n)) * m(i, k - 2) : 0;
          m(i, k) = (t * m(i, k - 1) - before) / std::sqrt(detail::recurrence_of(k, n));
        }
      }
    }
    return m;
  }

 private:
  template <class Count>
  [[nodiscard]] long long over_segments(Count operations) const {
    return static_cast<long long>(segments_ - 1) * operations(segment_, terms_) + operations(tail_, tail_terms_);
  }

  basis_kind basis_;
  int segment_;
  int segments_;
  int tail_;
  int terms_;
  int tail_terms_;
  bool running_sums_;
};

}  // namespace polyfold
