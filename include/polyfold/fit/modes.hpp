// The bases of a layer's approximation as matrices, for fitting and training (host side).
//
// The weights of a layer are its coefficients multiplied along each cut axis ("mode") by a basis matrix M (extent x
// terms). From M = QR: W = M c fits by c = R^-1 Q' W, and R c are the coordinates in the orthonormal basis Q. The bases
// of different axes multiply independently, so all of this is done one mode at a time.
#pragma once

#include <vector>

#include <polyfold/core/tensor.hpp>
#include <polyfold/fit/matrix.hpp>
#include <polyfold/layers/folded_convolution.hpp>
#include <polyfold/layers/options.hpp>

namespace polyfold {

/// One cut axis. It lies in the coefficients as [outer][terms][inner], and in the weights, once the axes inside are
/// expanded, as [outer][extent][inner] with an `inner` of its own; the axes outside may still be cut.
struct mode {
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

  mode(matrix m, position coefficients, int inner)
      : in_coefficients(coefficients), inner_in_weights(inner), basis(std::move(m)) {
    qr_factors factors = qr(basis);
    to_orthonormal = std::move(factors.r);
    from_orthonormal = inverse_of_upper(to_orthonormal);
    fit = times_transposed(from_orthonormal, factors.q);
  }
};

namespace detail {

/// by * [...][columns of `by`][inner].
[[nodiscard]] inline std::vector<float> multiply_along(matrix const& by, int inner, std::vector<float> const& values) {
  int const outer = int(values.size()) / (by.columns * inner);
  std::vector<float> result(std::size_t(outer * by.rows * inner));
  polyfold::multiply_along(by, outer, inner, values.data(), result.data());
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
matrix matrix_of() {
  matrix m(Basis::length, Basis::size);
  for (int k = 0; k < Basis::size; ++k)
    Basis::synthesise([&](int j) { return j == k ? 1.0f : 0.0f; },
                      [&](int i, float value) { m(i, k) = double(value); });
  return m;
}

/// The functions of a kernel plane as columns: the moments of every unit impulse.
template <window W, int Order, basis_kind Kind>
matrix plane_matrix() {
  constexpr shape plane{1, W.y.size, W.x.size};
  constexpr window once{{W.y.size}, {W.x.size}};
  using rows = row_moments<plane, once, Order, Kind>;
  using columns = column_moments<rows::output, once, Order, Kind>;
  matrix m(plane.size(), columns::output.size());
  for (int i = 0; i < plane.size(); ++i) {
    tensor<float, plane> impulse;
    tensor<float, rows::output> between;
    tensor<float, columns::output> moments;
    impulse.view()[i] = 1;
    rows::forward(context<float>{}, {0, plane.height}, between.view(), impulse.view());
    columns::forward(context<float>{}, {0, 1}, moments.view(), between.view());
    for (int k = 0; k < columns::output.size(); ++k) m(i, k) = double(moments.view()[k]);
  }
  return m;
}

}  // namespace detail

/// The modes of a layer's coefficients and of its biases.
struct layer_modes {
  std::vector<mode> weights;  // innermost first
  std::vector<mode> biases;
  int coefficients = 0;
  int bias_numbers = 0;
  // Row moments keep [terms][kernel rows] where the weights have [kernel rows][columns].
  bool rows_outside = false;
  int row_outer = 0;
  int row_terms = 0;
  int kernel_rows = 0;

  /// The dense weights (filters x channels x r x s) that `coefficients` stand for.
  [[nodiscard]] std::vector<float> materialise(float const* stored) const {
    std::vector<float> w(stored, stored + coefficients);
    if (rows_outside) w = detail::swap_inner(w, row_outer, row_terms, kernel_rows);
    for (mode const& m : weights) w = detail::multiply_along(m.basis, m.inner_in_weights, w);
    return w;
  }
  /// The coefficients that come closest to dense weights, in the sense of least squares.
  [[nodiscard]] std::vector<float> fit(std::vector<float> w) const {
    for (auto m = weights.rbegin(); m != weights.rend(); ++m)
      w = detail::multiply_along(m->fit, m->inner_in_weights, w);
    if (rows_outside) w = detail::swap_inner(w, row_outer, kernel_rows, row_terms);
    return w;
  }
};

/// The modes of layer L on inputs of shape In.
template <class L, shape In>
[[nodiscard]] layer_modes modes_of() {
  using F = typename L::template folded<In>;
  constexpr fold_plan plan = F::plan;
  constexpr approximation A = plan.cut;
  constexpr int groups = L::spec.groups;
  constexpr window W = L::sliding(In);
  layer_modes modes;
  modes.coefficients = F::coefficients;
  modes.bias_numbers = F::bias_numbers;
  if constexpr (A.arranged.used) {
    using curve = level_curve<A.arranged>;
    modes.weights.emplace_back(detail::matrix_of<curve>(), mode::position{F::coefficients / curve::size, 1}, 1);
  } else {
    constexpr int filters = plan.product().outputs;
    constexpr int planes = plan.kept_channels();  // per filter
    constexpr int plane_terms = plan.per_filter() / planes;
    auto const inner = [&](axis a) { return plan.place_in_weights(a).inner; };
    if constexpr (plan.cuts_kernel()) {
      modes.weights.emplace_back(detail::plane_matrix<W, A.kernel.order, A.kernel.basis>(),
                                 mode::position{filters * planes, 1}, inner(axis::kernel));
    } else if constexpr (plan.cuts_rows()) {
      using rows = typename F::template basis_of<operation_kind::row_moments>;
      modes.weights.emplace_back(detail::matrix_of<rows>(), mode::position{filters * planes, W.y.size},
                                 inner(axis::flat));
      modes.rows_outside = true;
      modes.row_outer = filters * planes;
      modes.row_terms = rows::size;
      modes.kernel_rows = W.y.size;
    } else if constexpr (plan.cuts_flat()) {
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::flat_moments>>(),
                                 mode::position{filters, 1}, inner(axis::flat));
    }
    if constexpr (A.channel.used)
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::channel_moments>>(),
                                 mode::position{filters, plane_terms}, inner(axis::channel));
    if constexpr (A.output.used)
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::expand>>(),
                                 mode::position{groups, plan.per_filter()}, inner(axis::output));
  }
  if constexpr (plan.bias.kind == bias_kind::segmented)
    modes.biases.emplace_back(detail::matrix_of<segmented_basis<L::spec.filters, plan.bias.cut>>(), mode::position{},
                              1);
  return modes;
}

}  // namespace polyfold
