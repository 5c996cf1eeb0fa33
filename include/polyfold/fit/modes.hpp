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
/// expanded, as [outer][extent][inner] with an `inner` (for row moments also an `outer`) of its own.
struct mode {
  struct position {
    int outer = 1;
    int inner = 1;
  };
  position in_coefficients;
  position in_weights;
  matrix basis;             // M: extent x terms
  matrix fit;               // its pseudo-inverse: terms x extent
  matrix to_orthonormal;    // R
  matrix from_orthonormal;  // R^-1

  mode(matrix m, position coefficients, position weights)
      : in_coefficients(coefficients), in_weights(weights), basis(std::move(m)) {
    qr_factors factors = qr(basis);
    to_orthonormal = std::move(factors.r);
    from_orthonormal = inverse_of_upper(to_orthonormal);
    fit = times_transposed(from_orthonormal, factors.q);
  }
};

namespace detail {

[[nodiscard]] inline std::vector<float> multiply_along(matrix const& by, mode::position at,
                                                       std::vector<float> const& values) {
  std::vector<float> result(std::size_t(at.outer) * std::size_t(by.rows) * std::size_t(at.inner));
  polyfold::multiply_along(by, at.outer, at.inner, values.data(), result.data());
  return result;
}

/// [outer][a][b] to [outer][b][a].
[[nodiscard]] inline std::vector<float> swap_inner(std::vector<float> const& values, int outer, int a, int b) {
  std::vector<float> result(values.size());
  for (int o = 0; o < outer; ++o)
    for (int i = 0; i < a; ++i)
      for (int k = 0; k < b; ++k) result[std::size_t((o * b + k) * a + i)] = values[std::size_t((o * a + i) * b + k)];
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
    impulse.values[std::size_t(i)] = 1;
    rows::forward(context<float>{}, {0, plane.height}, between.view(), impulse.view());
    columns::forward(context<float>{}, {0, 1}, moments.view(), between.view());
    for (int k = 0; k < columns::output.size(); ++k) m(i, k) = double(moments.values[std::size_t(k)]);
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
    for (mode const& m : weights) w = detail::multiply_along(m.basis, m.in_weights, w);
    return w;
  }
  /// The coefficients that come closest to dense weights, in the sense of least squares.
  [[nodiscard]] std::vector<float> fit(std::vector<float> w) const {
    for (std::size_t i = weights.size(); i-- > 0;) w = detail::multiply_along(weights[i].fit, weights[i].in_weights, w);
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
    modes.weights.emplace_back(detail::matrix_of<curve>(), mode::position{F::coefficients / curve::size, 1},
                               mode::position{F::coefficients / curve::size, 1});
  } else {
    constexpr int filters = plan.product().outputs;
    constexpr int planes = plan.kept_channels();  // per filter
    constexpr int plane_terms = plan.per_filter() / planes;
    if constexpr (plan.cuts_kernel()) {
      constexpr mode::position at{filters * planes, 1};
      modes.weights.emplace_back(detail::plane_matrix<W, A.kernel.order, A.kernel.basis>(), at, at);
    } else if constexpr (plan.cuts_rows()) {
      using rows = typename F::template basis_of<operation_kind::row_moments>;
      modes.weights.emplace_back(detail::matrix_of<rows>(), mode::position{filters * planes, W.y.size},
                                 mode::position{filters * planes * W.y.size, 1});
      modes.rows_outside = true;
      modes.row_outer = filters * planes;
      modes.row_terms = rows::size;
      modes.kernel_rows = W.y.size;
    } else if constexpr (plan.cuts_flat()) {
      constexpr mode::position at{filters, 1};
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::flat_moments>>(), at,
                                 at);
    }
    if constexpr (A.channel.used)
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::channel_moments>>(),
                                 mode::position{filters, plane_terms}, mode::position{filters, W.area()});
    if constexpr (A.output.used)
      modes.weights.emplace_back(detail::matrix_of<typename F::template basis_of<operation_kind::expand>>(),
                                 mode::position{groups, plan.per_filter()},
                                 mode::position{groups, plan.channels() * W.area()});
  }
  if constexpr (plan.bias.kind == bias_kind::segmented)
    modes.biases.emplace_back(detail::matrix_of<segmented_basis<L::spec.filters, plan.bias.cut>>(), mode::position{},
                              mode::position{});
  return modes;
}

}  // namespace polyfold
