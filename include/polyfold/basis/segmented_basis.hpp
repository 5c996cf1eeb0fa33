// An axis of N positions cut into segments of L, with P + 1 functions per segment (basis/axis_cut.hpp), and what is done along
// it.
//
//   analyse:    m_k = sum over i of phi_k(i) x_i     (moments: what the input side of a fold needs)
//   synthesise: y_i = sum over k of phi_k(i) c_k     (expansion: what the output side needs; the transpose)
//
// Low polynomial orders use phi_k(i) = binomial(i, k): both directions are then running sums, additions only. Other bases use
// the orthonormal functions: from a table in engines that have room for it, else made from a few constants
// (basis/function_set.hpp), and each value serves two positions.
#pragma once

#include <type_traits>

#include <polyfold/basis/approximation_needs.hpp>
#include <polyfold/basis/axis_cut.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/scalar.hpp>

namespace polyfold::basis {

template <int Length, cut F>
struct segmented_basis {
  static_assert(Length > 0 && needs_of(F, Length).kind == need::nothing);

  static constexpr axis_cut along{Length, F};
  static constexpr int length = Length;
  static constexpr int segment = along.segment;
  static constexpr int segments = along.segments;
  static constexpr int tail = along.tail;
  static constexpr int terms = along.terms;
  static constexpr int tail_terms = along.tail_terms;
  static constexpr bool running_sums = along.running_sums;
  /// Coefficients along the axis.
  static constexpr int size = along.size();

  /// phi_k(i) on a segment of Count positions, as used at inference.
  template <int Count, int Terms>
  [[nodiscard]] static constexpr float value(int k, int i) {
    if constexpr (running_sums)
      return float(binomial(i, k));
    else
      return orthonormal_table<Count, Terms, F.basis>[i][k];
  }

  /// m_k for the whole axis: `get(i)` gives x_i, `put(k, m)` takes the moments.
  template <class Get, class Put>
  static constexpr void analyse(Get get, Put put) {
    using Scalar = std::remove_cvref_t<decltype(get(0))>;
    for_each_segment([&]<function_set S>(int first, int first_term) __attribute__((always_inline)) {
      auto const x = [&](int i) __attribute__((always_inline)) { return get(first + i); };
      core::c_array<Scalar, S.functions> m;
      if constexpr (running_sums)
        sum_up<S>(x, m);
      else if constexpr (reads_tables<Scalar>)
        multiply_table<S>(x, m);
      else
        multiply_made<S>(x, m);
      for (int k = 0; k < S.functions; ++k) put(first_term + k, m[k]);
    });
  }

  /// y_i for the whole axis: `get(k)` gives c_k, `put(i, y)` takes the values, in any order.
  template <class Get, class Put>
  static constexpr void synthesise(Get get, Put put) {
    using Scalar = std::remove_cvref_t<decltype(get(0))>;
    for_each_segment([&]<function_set S>(int first, int first_term) {
      auto const y = [&](int i, Scalar const& value) { put(first + i, value); };
      core::c_array<Scalar, S.functions> c;
      for (int k = 0; k < S.functions; ++k) c[k] = get(first_term + k);
      if constexpr (running_sums)
        step_forward<S>(c, y);
      else if constexpr (reads_tables<Scalar>)
        read_table<S>(c, y);
      else
        function_walk<S>::template for_each_position<Scalar>([&](int i, auto const* phi)
                                                                 __attribute__((always_inline)) {
                                                                   put_pair<S>(
                                                                       i, phi, [&](int k) { return c[k]; }, y);
                                                                 });
    });
  }

  /// The same for every pixel of the rows `rows` of a map: `get(i, y, x)` gives x_i, `at(k, y, x)` is where m_k goes. Values of
  /// functions are made once for all pixels.
  template <shape Map, class Get, class At>
  static constexpr void analyse_map(row_range rows, Get get, At at) {
    using Scalar = std::remove_cvref_t<decltype(get(0, 0, 0))>;
    if constexpr (running_sums || reads_tables<Scalar> || Map.pixels() == 1) {
      for_each_pixel<Map>(rows, [&](int y, int x) {
        analyse([&](int i) { return get(i, y, x); }, [&](int k, Scalar const& m) { at(k, y, x) = m; });
      });
    } else {
      for_each_segment([&]<function_set S>(int first, int first_term) {
        for (int k = 0; k < S.functions; ++k)
          for_each_pixel<Map>(rows, [&](int y, int x) { at(first_term + k, y, x) = Scalar(0.0f); });
        function_walk<S>::template for_each_position<Scalar>([&](int i, auto const* phi) {
          for_each_pixel<Map>(rows, [&](int y, int x) {
            add_pair<S>(
                i, phi, [&](int j) { return get(first + j, y, x); },
                [&](int k) -> Scalar& { return at(first_term + k, y, x); });
          });
        });
      });
    }
  }
  /// `get(k, y, x)` gives c_k, `put(i, y, x, value)` takes y_i.
  template <shape Map, class Get, class Put>
  static constexpr void synthesise_map(row_range rows, Get get, Put put) {
    using Scalar = std::remove_cvref_t<decltype(get(0, 0, 0))>;
    if constexpr (running_sums || reads_tables<Scalar> || Map.pixels() == 1) {
      for_each_pixel<Map>(rows, [&](int y, int x) {
        synthesise([&](int k) { return get(k, y, x); }, [&](int i, Scalar const& value) { put(i, y, x, value); });
      });
    } else {
      for_each_segment([&]<function_set S>(int first, int first_term) {
        function_walk<S>::template for_each_position<Scalar>([&](int i, auto const* phi) {
          for_each_pixel<Map>(rows, [&](int y, int x) {
            put_pair<S>(
                i, phi, [&](int k) { return get(first_term + k, y, x); },
                [&](int j, Scalar const& value) { put(first + j, y, x, value); });
          });
        });
      });
    }
  }

 private:
  /// Calls f<set>(first position, first coefficient) for each segment.
  template <class Each>
  [[gnu::always_inline]] static constexpr void for_each_segment(Each const& f) {
    for (int s = 0; s + 1 < segments; ++s) f.template operator()<along.set_of(0)>(s * segment, s * terms);
    constexpr int last = segments - 1;
    f.template operator()<along.set_of(last)>(last * segment, last * terms);
  }
  template <shape Map, class Each>
  static constexpr void for_each_pixel(row_range rows, Each f) {
    for (int y = rows.first; y < rows.last; ++y)
      for (int x = 0; x < Map.width; ++x) f(y, x);
  }

  /// Running sums, from the last position to the first: sum_{i >= j} binomial(i - j, k) x_i follows from the same sum at j + 1.
  /// Unrolled, so that the sums stay in registers: a vector unit waits for sums in memory.
  template <function_set S, class Get, class Scalar>
  [[gnu::always_inline]] static constexpr void sum_up(Get const& x, Scalar* m) {
    constexpr int count = S.positions;
    m[0] = x(count - 1);
#pragma GCC unroll 4
    for (int j = 1; j < S.functions; ++j) {
      m[j] = m[j - 1];
#pragma GCC unroll 4
      for (int k = j - 1; k > 0; --k) m[k] = m[k] + m[k - 1];
      m[0] = m[0] + x(count - 1 - j);
    }
#pragma GCC unroll 8
    for (int j = S.functions; j < count; ++j) {
#pragma GCC unroll 4
      for (int k = S.functions - 1; k > 0; --k) m[k] = m[k] + m[k - 1];
      m[0] = m[0] + x(count - 1 - j);
    }
  }
  /// Forward differences: c_k at position i + 1 is c_k + c_{k+1} at position i.
  template <function_set S, class Scalar, class Y>
  static constexpr void step_forward(Scalar* c, Y y) {
    y(0, c[0]);
    for (int i = 1; i < S.positions; ++i) {
      for (int k = 0; k + 1 < S.functions; ++k) c[k] = c[k] + c[k + 1];
      y(i, c[0]);
    }
  }

  template <function_set S, class Get, class Scalar>
  static constexpr void multiply_table(Get x, Scalar* m) {
    Scalar const first = x(0);
    for (int k = 0; k < S.functions; ++k) m[k] = first * value<S.positions, S.functions>(k, 0);
    for (int i = 1; i < S.positions; ++i) {
      Scalar const xi = x(i);
      for (int k = 0; k < S.functions; ++k) m[k] = mul_add(xi, value<S.positions, S.functions>(k, i), m[k]);
    }
  }
  template <function_set S, class Scalar, class Y>
  static constexpr void read_table(Scalar const* c, Y y) {
    for (int i = 0; i < S.positions; ++i) {
      Scalar sum = c[0] * value<S.positions, S.functions>(0, i);
      for (int k = 1; k < S.functions; ++k) sum = mul_add(c[k], (value<S.positions, S.functions>(k, i)), sum);
      y(i, sum);
    }
  }

  template <function_set S, class Get, class Scalar>
  static constexpr void multiply_made(Get x, Scalar* m) {
    for (int k = 0; k < S.functions; ++k) m[k] = Scalar(0.0f);
    function_walk<S>::template for_each_position<Scalar>([&](int i, auto const* phi) __attribute__((always_inline)) {
      add_pair<S>(
          i, phi, x, [&](int k) __attribute__((always_inline))->Scalar & { return m[k]; });
    });
  }
  /// What positions i and N - 1 - i add to the moments.
  template <function_set S, class Phi, class Get, class M>
  [[gnu::always_inline]] static constexpr void add_pair(int i, Phi const* phi, Get x, M m) {
    auto const a = x(i);
    if (2 * i + 1 == S.positions) {
#pragma GCC unroll 8
      for (int k = 0; k < S.functions; k += 2) m(k) = mul_add(a, phi[k], m(k));
      return;
    }
    auto const b = x(S.positions - 1 - i);
    auto const even = a + b;
#pragma GCC unroll 8
    for (int k = 0; k < S.functions; k += 2) m(k) = mul_add(even, phi[k], m(k));
    if constexpr (S.functions > 1) {
      auto const odd = a - b;
#pragma GCC unroll 8
      for (int k = 1; k < S.functions; k += 2) m(k) = mul_add(odd, phi[k], m(k));
    }
  }
  /// The values at positions i and N - 1 - i.
  template <function_set S, class Phi, class C, class Y>
  [[gnu::always_inline]] static constexpr void put_pair(int i, Phi const* phi, C c, Y y) {
    auto even = c(0) * phi[0];
#pragma GCC unroll 8
    for (int k = 2; k < S.functions; k += 2) even = mul_add(c(k), phi[k], even);
    if (2 * i + 1 == S.positions) {
      y(i, even);
    } else if constexpr (S.functions == 1) {
      y(i, even);
      y(S.positions - 1 - i, even);
    } else {
      auto odd = c(1) * phi[1];
#pragma GCC unroll 8
      for (int k = 3; k < S.functions; k += 2) odd = mul_add(c(k), phi[k], odd);
      y(i, even + odd);
      y(S.positions - 1 - i, even - odd);
    }
  }
};

}  // namespace polyfold::basis
