// Steps of moments and expansions: the sums of fold/moments.hpp and fold/expand.hpp on vectors of neighbouring pixels, and,
// on a single pixel, on vectors of neighbouring positions of a segment.
#pragma once

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/fold/expand.hpp>
#include <polyfold/fold/moments.hpp>
#include <polyfold/simd/packed_product.hpp>
#include <polyfold/simd/packed_step.hpp>
#include <polyfold/simd/window_tile.hpp>

namespace polyfold::simd {

namespace detail {

/// phi_k(i) by function, for segments of Count positions.
template <class Basis, int Count, int Terms>
inline constexpr auto functions_of_segment = [] {
  core::fixed_array<core::fixed_array<float, Count>, Terms> table{};
  for (int k = 0; k < Terms; ++k)
    for (int i = 0; i < Count; ++i) table[k][i] = Basis::template value<Count, Terms>(k, i);
  return table;
}();

/// Calls f(count, i) for i = 0, Vector::size, ... below Total; count, a constant, is Vector::size but for the last.
template <class Vector, int Total, class F>
void for_vectors(F f) {
  run_blocks<Total, core::smaller(Total, Vector::size)>(f);
}

/// Calls f(constant positions, constant terms, first position, first term) for each segment.
template <class Basis, class F>
void for_segments(F f) {
  using std::integral_constant;
  for (int s = 0; s + 1 < Basis::segments; ++s)
    f(integral_constant<int, Basis::segment>{}, integral_constant<int, Basis::terms>{}, s * Basis::segment,
      s * Basis::terms);
  constexpr int last = Basis::segments - 1;
  f(integral_constant<int, Basis::tail>{}, integral_constant<int, Basis::tail_terms>{}, last * Basis::segment,
    last * Basis::terms);
}

/// A map of the same memory as one row per channel, border included.
[[nodiscard]] constexpr map_layout with_border_as_pixels(map_layout const& l) {
  return {{l.inner.channels, 1, l.plane_without_gap()}, 0, 0, l.gap};
}

}  // namespace detail

template <class Vector, shape In, int Groups, cut F, step_wiring Wiring, class Function>
struct packed_step<Vector, fold::channel_moments<In, Groups, F>, Wiring, Function> {
  using operation = fold::channel_moments<In, Groups, F>;
  using basis = typename operation::basis;
  static constexpr bool one_pixel = In.pixels() == 1 && !Wiring.in.bordered() && !Wiring.out.bordered();
  /// Borders of zeros have moments of zero: maps with equal borders are one row.
  static constexpr bool alike = Wiring.in.border_y == Wiring.out.border_y && Wiring.in.border_x == Wiring.out.border_x;

  static constexpr int packed_size = 0;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = !alike;
  template <class Pointer>
  static void pack(Pointer, std::uint8_t const*, float*) {}

  static void run(float const*, float const* in, float const*, float* out, float*) {
    if constexpr (one_pixel) {
      for (int g = 0; g < Groups; ++g)
        detail::for_segments<basis>([&](auto positions, auto terms, int first, int first_term) {
          static constexpr auto const& table = detail::functions_of_segment<basis, positions, terms>;
          Vector sum[terms];
          for (int k = 0; k < terms; ++k) sum[k] = Vector(0.0f);
          detail::for_vectors<Vector, positions>([&](auto count, int i) {
            Vector const x = Vector::template load_lanes<0, count>(in + g * basis::length + first + i);
            for (int k = 0; k < terms; ++k)
              sum[k] = mul_add(x, Vector::template load_lanes<0, count>(table[k].data() + i), sum[k]);
          });
          for (int k = 0; k < terms; ++k) out[g * basis::size + first_term + k] = sum[k].sum();
        });
    } else {
      constexpr map_layout from = alike ? detail::with_border_as_pixels(Wiring.in) : Wiring.in;
      constexpr map_layout to = alike ? detail::with_border_as_pixels(Wiring.out) : Wiring.out;
      for (int g = 0; g < Groups; ++g)
        for (int y = 0; y < from.inner.height; ++y)
          detail::for_vectors<Vector, from.inner.width>([&](auto count, int x) {
            basis::analyse(
                [&](int c) { return Vector::template load_lanes<0, count>(in + from.at(g * basis::length + c, y, x)); },
                [&](int k, Vector const& m) {
                  m.template store_lanes<0, count>(out + to.at(g * basis::size + k, y, x));
                });
          });
    }
  }
};

template <class Vector, shape In, window W, int Order, basis_kind Kind, step_wiring Wiring, class Function>
requires(W.x.stride <= 2) struct packed_step<Vector, fold::row_moments<In, W, Order, Kind>, Wiring, Function> {
  using operation = fold::row_moments<In, W, Order, Kind>;
  static_assert(Wiring.in.border_x >= border_for(W.x));
  static constexpr int packed_size = 0;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;
  template <class Pointer>
  static void pack(Pointer, std::uint8_t const*, float*) {}

  static void run(float const*, float const* in, float const*, float* out, float*) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = 0; y < In.height; ++y)
        detail::for_vectors<Vector, operation::output.width>([&](auto count, int x) {
          float const* const from = in + Wiring.in.at(c, y, W.x.start(x));
          operation::basis::analyse(
              [&](int s) { return detail::load_strided<Vector, count, W.x.stride>(from + s * W.x.dilation); },
              [&](int k, Vector const& m) {
                m.template store_lanes<0, count>(out + Wiring.out.at(c * operation::terms + k, y, x));
              });
        });
  }
};

template <class Vector, shape In, window W, int Order, basis_kind Kind, step_wiring Wiring, class Function>
struct packed_step<Vector, fold::column_moments<In, W, Order, Kind>, Wiring, Function> {
  using operation = fold::column_moments<In, W, Order, Kind>;
  static_assert(Wiring.in.border_y >= border_for(W.y));
  static constexpr int packed_size = 0;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;
  template <class Pointer>
  static void pack(Pointer, std::uint8_t const*, float*) {}

  static void run(float const*, float const* in, float const*, float* out, float*) {
    // Without gaps between the rows, all rows of a plane are one.
    constexpr bool flat = W.y.stride == 1 && Wiring.in.border_x == 0 && !Wiring.out.bordered();
    constexpr int rows = flat ? 1 : operation::output.height;
    constexpr int width = flat ? operation::output.pixels() : operation::output.width;
    for (int c = 0; c < operation::planes; ++c)
      operation::for_each_degree([&]<int J>() {
        for (int y = 0; y < rows; ++y)
          detail::for_vectors<Vector, width>([&](auto count, int x) {
            float const* const from = in + Wiring.in.at(c * operation::row_terms + J, W.y.start(y), x);
            operation::template column_basis<J>::basis::analyse(
                [&](int r) {
                  return Vector::template load_lanes<0, count>(from + r * W.y.dilation * Wiring.in.pitch());
                },
                [&](int i, Vector const& m) {
                  int const plane = c * operation::terms + operation::first_at(J) + i;
                  m.template store_lanes<0, count>(out + Wiring.out.at(plane, y, x));
                });
          });
      });
  }
};

/// Row moments and the column moments of them, channel by channel: the row moments of one channel stay in the first cache.
template <class Rows, class Columns>
struct window_moments {};

template <class Vector, shape In, window Along, shape Rowed, window W, int Order, basis_kind Kind, step_wiring Wiring,
          class Function>
struct packed_step<
    Vector, window_moments<fold::row_moments<In, Along, Order, Kind>, fold::column_moments<Rowed, W, Order, Kind>>,
    Wiring, Function> {
  using columns = fold::column_moments<Rowed, W, Order, Kind>;
  static constexpr shape one_in{1, In.height, In.width};
  static constexpr shape one_rowed{columns::row_terms, Rowed.height, Rowed.width};
  static constexpr map_layout between{one_rowed, border_for(W.y), 0};
  static constexpr map_layout one_out = [] {
    map_layout l = Wiring.out;
    l.inner.channels = columns::terms;
    return l;
  }();
  static constexpr map_layout one_source = [] {
    map_layout l = Wiring.in;
    l.inner.channels = 1;
    return l;
  }();
  using row_step = packed_step<Vector, fold::row_moments<one_in, Along, Order, Kind>,
                               step_wiring{one_source, {}, between}, Function>;
  using column_step =
      packed_step<Vector, fold::column_moments<one_rowed, W, Order, Kind>, step_wiring{between, {}, one_out}, Function>;

  static constexpr int packed_size = 0;
  static constexpr int scratch = between.size();
  static constexpr bool clears_border = true;
  template <class Pointer>
  static void pack(Pointer, std::uint8_t const*, float*) {}

  static void run(float const*, float const* in, float const*, float* out, float* memory) {
    clear_border<Vector, between>(memory);
    for (int c = 0; c < In.channels; ++c) {
      row_step::run(nullptr, in + c * Wiring.in.plane(), nullptr, memory, nullptr);
      column_step::run(nullptr, memory, nullptr, out + c * columns::terms * Wiring.out.plane(), nullptr);
    }
  }
};

template <class Vector, shape In, int Filters, int Groups, cut F, fold::bias_rule Bias, step_wiring Wiring,
          class Function>
struct packed_step<Vector, fold::expand<In, Filters, Groups, F, Bias>, Wiring, Function> {
  using operation = fold::expand<In, Filters, Groups, F, Bias>;
  using basis = typename operation::basis;
  static constexpr bool one_pixel = In.pixels() == 1 && !Wiring.in.bordered() && !Wiring.out.bordered();
  static constexpr int packed_size = Filters;  // biases
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const*, float* packed) {
    detail::with_biases<Vector, typename operation::bias>(parameters, [&](auto bias) {
      for (int m = 0; m < Filters; ++m) packed[m] = bias(m);
    });
  }

  static void run(float const* packed, float const* in, float const*, float* out, float*) {
    for (int g = 0; g < Groups; ++g)
      if constexpr (one_pixel) {
        detail::for_segments<basis>([&](auto positions, auto terms, int first, int first_term) {
          static constexpr auto const& table = detail::functions_of_segment<basis, positions, terms>;
          float const* const c = in + g * basis::size + first_term;
          detail::for_vectors<Vector, positions>([&](auto count, int i) {
            int const m = g * basis::length + first + i;
            Vector y = Vector::template load_lanes<0, count>(packed + m);
            for (int k = 0; k < terms; ++k)
              y = mul_add(Vector::template load_lanes<0, count>(table[k].data() + i), c[k], y);
            Function::value(y).template store_lanes<0, count>(out + m);
          });
        });
      } else {
        constexpr bool flat = !Wiring.in.bordered() && !Wiring.out.bordered();
        constexpr int rows = flat ? 1 : In.height;
        for (int y = 0; y < rows; ++y)
          detail::for_vectors<Vector, flat ? In.pixels() : In.width>([&](auto count, int x) {
            basis::synthesise(
                [&](int k) {
                  return Vector::template load_lanes<0, count>(in + Wiring.in.at(g * basis::size + k, y, x));
                },
                [&](int i, Vector const& value) {
                  int const m = g * basis::length + i;
                  Function::value(value + Vector(packed[m]))
                      .template store_lanes<0, count>(out + Wiring.out.at(m, y, x));
                });
          });
      }
  }
};

}  // namespace polyfold::simd
