// The biases of N outputs as an operation reads them (fold/bias_rule.hpp): where a sum starts, and their gradients.
#pragma once

#include <polyfold/basis/segmented_basis.hpp>
#include <polyfold/fold/bias_rule.hpp>
#include <polyfold/fold/operation.hpp>

namespace polyfold::fold {

template <int Outputs, bias_rule R>
struct biases {
  static constexpr int parameters = R.parameters(Outputs);
  static constexpr int scratch = 0;
  template <class Scalar>
  static void prepare(float const*, Scalar*) {}
  /// What the sum of output m starts with.
  template <class Scalar>
  [[nodiscard]] static Scalar start(float const* stored, Scalar const*, int m) {
    if constexpr (R.kind == bias_kind::none)
      return Scalar(0.0f);
    else
      return Scalar(stored[m]);
  }
  /// Adds to the stored parameters' gradient, given `gradient_of(m)` = d loss / d bias m.
  template <class GradientOf>
  static void backward(float* gradient, GradientOf gradient_of) {
    for (int m = 0; m < parameters; ++m) gradient[m] += gradient_of(m);
  }
};

template <int Outputs, bias_rule R>
requires(R.kind == bias_kind::segmented) struct biases<Outputs, R> {
  using basis = polyfold::basis::segmented_basis<Outputs, R.along>;
  static constexpr int parameters = R.parameters(Outputs);
  static constexpr int scratch = Outputs;
  template <class Scalar>
  static void prepare(float const* stored, Scalar* expanded) {
    basis::synthesise([&](int k) { return Scalar(stored[k]); }, [&](int m, Scalar const& b) { expanded[m] = b; });
  }
  template <class Scalar>
  [[nodiscard]] static Scalar start(float const*, Scalar const* expanded, int m) {
    return expanded[m];
  }
  template <class GradientOf>
  static void backward(float* gradient, GradientOf gradient_of) {
    basis::analyse(gradient_of, [&](int k, float m) { gradient[k] += m; });
  }
};

namespace detail {
/// Sum of a map over its pixels and images.
template <class View>
[[nodiscard]] float sum_of_channel(View map, int c) {
  auto sum = map(c, 0, 0);
  for (int i = 1; i < View::extent.pixels(); ++i) sum += map.row(c, 0)[i];
  return horizontal_sum(sum);
}
}  // namespace detail

}  // namespace polyfold::fold
