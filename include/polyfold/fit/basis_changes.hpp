// The bases of a layer's approximation as matrices, for fitting and training (host side).
//
// The weights of a layer are its coefficients multiplied along each cut axis by a basis matrix M (extent x
// terms). From M = QR: W = M c fits by c = R^-1 Q' W, and R c are the coordinates in the orthonormal basis Q. The bases
// of different axes multiply independently, so all of this is done one axis at a time.
#pragma once

#include <vector>

#include <polyfold/core/tensor.hpp>
#include <polyfold/fit/matrix.hpp>
#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>

namespace polyfold::least_squares {

/// One cut axis. It lies in the coefficients as [outer][terms][inner], and in the weights, once the axes inside are
/// expanded, as [outer][extent][inner] with an `inner` of its own; the axes outside may still be cut.
struct basis_change {
  struct position {
    int outer = 1;
    int inner = 1;
  };
  position in_coefficients;
  int inner_in_weights;
  matrix basis;             // M: extent x terms
  matrix fit;               // its pseudo-inverse: terms x extent
  matrix to_orthonormal;    // R
  matrix from_orthonormal;  // R^-1

  basis_change(matrix m, position coefficients, int inner)
      : in_coefficients(coefficients), inner_in_weights(inner), basis(std::move(m)) {
    qr_factors factors = qr(basis);
    to_orthonormal = std::move(factors.r);
    from_orthonormal = inverse_of_upper(to_orthonormal);
    fit = times_transposed(from_orthonormal, factors.q);
  }
};

}  // namespace polyfold::least_squares

namespace polyfold {

namespace detail {

/// by * [...][columns of `by`][inner].
[[nodiscard]] inline std::vector<float> multiply_along(least_squares::matrix const& by, int inner,
                                                       std::vector<float> const& values) {
  int const outer = int(values.size()) / (by.columns * inner);
  std::vector<float> result(std::size_t(outer * by.rows * inner));
  polyfold::least_squares::multiply_along(by, outer, inner, values.data(), result.data());
  return result;
}

/// [outer][a][b] to [outer][b][a].
[[nodiscard]] inline std::vector<float> swap_inner(std::vector<float> const& values, int outer, int a, int b) {
  float const* const from = values.data();
  std::vector<float> result(values.size());
  float* const to = result.data();
  for (int o = 0; o < outer; ++o)
    for (int i = 0; i < a; ++i)
      for (int k = 0; k < b; ++k) to[(o * b + k) * a + i] = from[(o * a + i) * b + k];
  return result;
}

/// The functions of a segmented basis as columns.
template <class Basis>
least_squares::matrix matrix_of() {
  least_squares::matrix m(Basis::length, Basis::size);
  for (int k = 0; k < Basis::size; ++k)
    Basis::synthesise([&](int j) { return j == k ? 1.0f : 0.0f; },
                      [&](int i, float value) { m(i, k) = double(value); });
  return m;
}

/// The functions of a kernel plane as columns: the moments of every unit impulse.
template <window W, int Order, basis_kind Kind>
least_squares::matrix plane_matrix() {
  constexpr shape plane{1, W.y.size, W.x.size};
  constexpr window once{{W.y.size}, {W.x.size}};
  using rows = fold::row_moments<plane, once, Order, Kind>;
  using columns = fold::column_moments<rows::output, once, Order, Kind>;
  least_squares::matrix m(plane.size(), columns::output.size());
  for (int i = 0; i < plane.size(); ++i) {
    tensor<float, plane> impulse;
    tensor<float, rows::output> between;
    tensor<float, columns::output> moments;
    impulse.view()[i] = 1;
    rows::forward(fold::context<float>{}, {0, plane.height}, between.view(), impulse.view());
    columns::forward(fold::context<float>{}, {0, 1}, moments.view(), between.view());
    for (int k = 0; k < columns::output.size(); ++k) m(i, k) = double(moments.view()[k]);
  }
  return m;
}

}  // namespace detail

}  // namespace polyfold

namespace polyfold::least_squares {

/// The basis changes of a layer's coefficients and of its biases.
struct basis_changes {
  std::vector<basis_change> weights;  // innermost first
  std::vector<basis_change> biases;
  int coefficients = 0;
  int bias_parameters = 0;
  // Row moments keep [terms][kernel rows] where the weights have [kernel rows][columns].
  bool rows_outside = false;
  int row_outer = 0;
  int row_terms = 0;
  int kernel_rows = 0;

  /// The dense weights (filters x channels x r x s) that `coefficients` stand for.
  [[nodiscard]] std::vector<float> materialise(float const* stored) const {
    std::vector<float> w(stored, stored + coefficients);
    if (rows_outside) w = polyfold::detail::swap_inner(w, row_outer, row_terms, kernel_rows);
    for (basis_change const& m : weights) w = polyfold::detail::multiply_along(m.basis, m.inner_in_weights, w);
    return w;
  }
  /// The coefficients that come closest to dense weights, in the sense of least squares.
  [[nodiscard]] std::vector<float> fit(std::vector<float> w) const {
    for (auto m = weights.rbegin(); m != weights.rend(); ++m)
      w = polyfold::detail::multiply_along(m->fit, m->inner_in_weights, w);
    if (rows_outside) w = polyfold::detail::swap_inner(w, row_outer, kernel_rows, row_terms);
    return w;
  }
};

/// The basis changes of layer L on inputs of shape In.
template <class L, shape In>
[[nodiscard]] basis_changes basis_changes_of() {
  using F = typename L::template folded<In>;
  constexpr fold::fold_plan plan = F::plan;
  constexpr approximation A = plan.cuts;
  constexpr int groups = L::spec.groups;
  constexpr window W = L::sliding(In);
  basis_changes changes;
  changes.coefficients = F::coefficients;
  changes.bias_parameters = F::bias_parameters;
  if constexpr (A.arranged.used) {
    using curve = fold::level_curve<A.arranged>;
    changes.weights.emplace_back(polyfold::detail::matrix_of<curve>(),
                                 basis_change::position{F::coefficients / curve::size, 1}, 1);
  } else {
    constexpr int filters = plan.product().outputs;
    constexpr int planes = plan.kept_channels();  // per filter
    constexpr int plane_terms = plan.per_filter() / planes;
    auto const inner = [&](axis a) { return plan.place_in_weights(a).inner; };
    if constexpr (plan.cuts_kernel()) {
      changes.weights.emplace_back(polyfold::detail::plane_matrix<W, A.kernel.order, A.kernel.basis>(),
                                   basis_change::position{filters * planes, 1}, inner(axis::kernel));
    } else if constexpr (plan.cuts_rows()) {
      using rows = typename F::template basis_of<fold::operation_kind::row_moments>;
      changes.weights.emplace_back(polyfold::detail::matrix_of<rows>(),
                                   basis_change::position{filters * planes, W.y.size}, inner(axis::flat));
      changes.rows_outside = true;
      changes.row_outer = filters * planes;
      changes.row_terms = rows::size;
      changes.kernel_rows = W.y.size;
    } else if constexpr (plan.cuts_flat()) {
      changes.weights.emplace_back(
          polyfold::detail::matrix_of<typename F::template basis_of<fold::operation_kind::flat_moments>>(),
          basis_change::position{filters, 1}, inner(axis::flat));
    }
    if constexpr (A.channel.used)
      changes.weights.emplace_back(
          polyfold::detail::matrix_of<typename F::template basis_of<fold::operation_kind::channel_moments>>(),
          basis_change::position{filters, plane_terms}, inner(axis::channel));
    if constexpr (A.output.used)
      changes.weights.emplace_back(
          polyfold::detail::matrix_of<typename F::template basis_of<fold::operation_kind::expand>>(),
          basis_change::position{groups, plan.per_filter()}, inner(axis::output));
  }
  if constexpr (plan.bias.kind == fold::bias_kind::segmented)
    changes.biases.emplace_back(polyfold::detail::matrix_of<basis::segmented_basis<L::spec.filters, plan.bias.along>>(),
                                basis_change::position{}, 1);
  return changes;
}

}  // namespace polyfold::least_squares
