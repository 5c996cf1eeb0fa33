// Steps with general multiplications: products, dense or with folded coefficients, and arranged products.
#pragma once

#include <type_traits>

#include <polyfold/fold/arranged_product.hpp>
#include <polyfold/fold/product.hpp>
#include <polyfold/kernels/simd/arranged_matrix.hpp>
#include <polyfold/kernels/simd/filter_convolution.hpp>
#include <polyfold/kernels/simd/pixel_convolution.hpp>
#include <polyfold/kernels/simd/shifted_tile.hpp>
#include <polyfold/simd/packed_step.hpp>
#include <polyfold/simd/window_tile.hpp>

namespace polyfold::simd {

namespace detail {

/// The problem of a convolution step. A window over a whole contiguous map reads it as one vector.
[[nodiscard]] constexpr convolution_problem problem_of(window slid, int groups, step_wiring const& w) {
  convolution_problem p{w.in, slid, groups, w.out, w.second, w.pools};
  if (slid.covers(w.in.inner) && w.in.contiguous()) {
    p.in = {{w.in.inner.size(), 1, 1}};
    p.slid = {};
  }
  return p;
}

/// The kernel that takes less time by the model.
template <class Vector, convolution_problem P, class Function>
struct fastest_convolution {
  using pixels = pixel_convolution<Vector, P, Function>;
  using filters = filter_convolution<Vector, P, Function>;
  /// On planes that are shifted as the window moves.
  using source = shifted_tile<Vector, P.in, P.slid>;
  static constexpr convolution_problem planes{
      {{P.in.inner.channels * P.slid.area(), P.convolved().height, P.convolved().width}},
      {},
      P.groups,
      P.out,
      P.added,
      P.pools};
  using tiles = tile_product<Vector, planes, source, Function>;

  static constexpr bool by_pixels = [] {
    if constexpr (!pixels::possible)
      return false;
    else
      return pixels::block.cycles <= filters::block.cycles;
  }();
  static constexpr bool by_tiles = [] {
    if constexpr (by_pixels || !source::possible || P.pools) {
      return false;
    } else {
      // Measured: what the model of filter_convolution leaves out, and the transposition of an output.
      double const by_filters = modelled_machine.filters_model * filters::block.cycles * P.fan_in() +
                                modelled_machine.turned_output * P.convolved().size();
      return tiles::block.cycles < by_filters;
    }
  }();
  using type = std::conditional_t<by_pixels, pixels, std::conditional_t<by_tiles, tiles, filters>>;
};

/// Calls f(bias), where bias(m) is the bias of output m.
template <class Vector, class Biases, class Pointer, class F>
void with_biases(Pointer parameters, F f) {
  using scalar = simd_scalar<Vector>;
  float stored[Biases::parameters + 1];
  for (int i = 0; i < Biases::parameters; ++i) stored[i] = parameters[i];
  scalar expanded[Biases::scratch + 1];
  Biases::prepare(stored, expanded);
  f([&](int m) { return float(Biases::template start<scalar>(stored, expanded, m)); });
}

/// The step of a product whose numbers are weights, in this order, and biases.
template <class Vector, class Product, class Kernel>
struct product_step {
  static constexpr int packed_size = Kernel::packed_size;
  static constexpr int scratch = Kernel::scratch;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const*, float* packed) {
    with_biases<Vector, typename Product::bias>(parameters + Product::weights, [&](auto bias) {
      Kernel::pack([&](int m, int i) { return parameters[m * Product::fan_in + i]; }, bias, packed);
    });
  }
  static void run(float const* packed, float const* in, float const* second, float* out, float* memory) {
    Kernel::run(packed, in, out, second, memory);
  }
};

}  // namespace detail

template <class Vector, shape In, int Filters, window W, int Groups, fold::bias_rule Bias, step_wiring Wiring,
          class Function>
struct packed_step<Vector, fold::product<In, Filters, W, Groups, Bias>, Wiring, Function>
    : detail::product_step<
          Vector, fold::product<In, Filters, W, Groups, Bias>,
          typename detail::fastest_convolution<Vector, detail::problem_of(W, Groups, Wiring), Function>::type> {};

/// A product of the window moments that it alone reads, tile by tile.
template <class Rows, class Columns, class Product>
struct window_product {};

template <class Vector, class Rows, class Columns, shape In, int Filters, int Groups, fold::bias_rule Bias,
          step_wiring Wiring, class Function>
struct packed_step<Vector, window_product<Rows, Columns, fold::product<In, Filters, window{}, Groups, Bias>>, Wiring,
                   Function>
    : detail::product_step<
          Vector, fold::product<In, Filters, window{}, Groups, Bias>,
          tile_product<Vector, convolution_problem{{In}, {}, Groups, Wiring.out, Wiring.second, Wiring.pools},
                       window_tile<Vector, Rows, Columns, Wiring.in>, Function>> {};

/// Arranged weights are expanded where many pixels share them. On a single pixel the level numbers stay as they are: the
/// time is that of reading them.
template <class Vector, shape In, int Filters, window W, int Groups, arrangement A, fold::bias_rule Bias,
          step_wiring Wiring, class Function>
struct packed_step<Vector, fold::arranged_product<In, Filters, W, Groups, A, Bias>, Wiring, Function> {
  using operation = fold::arranged_product<In, Filters, W, Groups, A, Bias>;
  using matrix = arranged_matrix<Vector, operation::fan_in, Filters, A.bits, A.per_filter, Function>;
  static constexpr bool decodes = matrix::possible && Groups == 1 && operation::output.pixels() == 1 &&
                                  Wiring.in.contiguous() && !Wiring.out.bordered() && Wiring.second.inner.channels == 0;
  using kernel = std::conditional_t<
      decodes, matrix,
      typename detail::fastest_convolution<Vector, detail::problem_of(W, Groups, Wiring), Function>::type>;
  static constexpr int packed_size = kernel::packed_size;
  static constexpr int scratch = kernel::scratch;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const* map, float* packed) {
    detail::with_biases<Vector, typename operation::bias>(parameters + operation::coefficients, [&](auto bias) {
      float level[operation::levels];
      int expanded = -1;
      auto const levels_of = [&](int m) -> float const* {
        int const curve = A.per_filter ? m : 0;
        if (curve != expanded)
          operation::curve::synthesise([&](int k) { return parameters[curve * operation::curve::size + k]; },
                                       [&](int l, float v) { level[l] = v; });
        expanded = curve;
        return level;
      };
      auto const number_of = [&](int m, int i) { return operation::packing::get(map, m * operation::fan_in + i); };
      if constexpr (decodes)
        kernel::pack(levels_of, number_of, bias, packed);
      else
        kernel::pack([&](int m, int i) { return levels_of(m)[number_of(m, i)]; }, bias, packed);
    });
  }
  static void run(float const* packed, float const* in, float const* second, float* out, float* memory) {
    if constexpr (decodes)
      kernel::run(packed, in, out, memory);
    else
      kernel::run(packed, in, out, second, memory);
  }
};

}  // namespace polyfold::simd
