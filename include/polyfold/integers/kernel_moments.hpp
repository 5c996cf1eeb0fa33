// Moments of kernel planes in integers, a row of them at a time: sums along the row of each window, then down its columns.
// Where windows slide by one, both are running sums, exact, so that nothing restarts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/fold/operation_form.hpp>
#include <polyfold/integers/integer_functions.hpp>
#include <polyfold/integers/memory.hpp>

namespace polyfold {

/// Of maps whose numbers are at most `Bound`, by the operations `Rows` and `Columns` (fold/moments.hpp).
template <class Rows, class Columns, int Bound>
struct integer_kernel_moments {
  static constexpr shape in = Rows::form.in;
  static constexpr window under{Columns::form.under.y, Rows::form.under.x};
  static constexpr factor cut = Columns::form.cut;
  static constexpr int width = under.x.outputs(in.width);

  using along_row = integer_basis<under.x.size, cut, Bound>;
  static constexpr int row_terms = along_row::size;
  [[nodiscard]] static constexpr int row_shift(int j) { return shift_to_16_bits(along_row::moment_bound(j, Bound)); }
  [[nodiscard]] static constexpr int row_bound(int j) {
    return int(shifted_bound(along_row::moment_bound(j, Bound), row_shift(j)));
  }
  static constexpr int largest_row_bound = [] {
    int largest = 0;
    for (int j = 0; j < row_terms; ++j) largest = larger(largest, row_bound(j));
    return largest;
  }();

  using along_column = integer_basis<under.y.size, cut, largest_row_bound>;
  static constexpr int terms = Columns::form.plane_terms();
  static constexpr int size = in.channels * terms;  ///< moments of a pixel
  /// Beside degree j along the row, the columns take degrees up to order - j, from this term on.
  [[nodiscard]] static constexpr int first_at(int j) { return terms_up_to(j, along_column::size, cut.order); }
  [[nodiscard]] static constexpr int column_terms(int j) { return first_at(j + 1) - first_at(j); }

  /// Of each term: what it was divided by, the power of two that it is to be multiplied by, its degree, its largest magnitude.
  struct term {
    int shift = 0;
    int exponent = 0;
    int degree = 0;
    int bound = 0;
  };
  static constexpr auto of_terms = [] {
    std::array<term, std::size_t(terms)> all{};
    for (int j = 0; j < row_terms; ++j)
      for (int i = 0; i < column_terms(j); ++i) {
        long long const bound = along_column::moment_bound(i, row_bound(j));
        int const shift = shift_to_16_bits(bound);
        all[std::size_t(first_at(j) + i)] = {shift, row_shift(j) - along_row::fraction + shift - along_column::fraction,
                                             along_row::binomials ? i + j : 0, int(shifted_bound(bound, shift))};
      }
    return all;
  }();

  /// Column sums are held as they are; where one of them has more than 16 bits, all have 32.
  static constexpr bool wide = [] {
    for (term const& t : of_terms)
      if (t.shift > 0) return true;
    return false;
  }();
  using sum_type = std::conditional_t<wide, std::int32_t, std::int16_t>;
  static constexpr int bytes = size * width * int(sizeof(sum_type));

  /// Moment `t` of channel `c` under the window of output column x.
  template <int T>
  [[gnu::always_inline, nodiscard]] static constexpr int get(detail::numbers_in_bytes<sum_type> sums, int c, int x) {
    return rounded_shift(sums[(c * terms + T) * width + x], of_terms[std::size_t(T)].shift);
  }

  /// From the moments of output row y - 1 in `sums` to those of row y, rows in order from 0 on. `in_row(c, y)` gives the
  /// numbers of a row of the map.
  template <class Row>
  static constexpr void advance(detail::numbers_in_bytes<sum_type> sums, int y, Row in_row) {
    int const top = under.y.start(y);
    for (int c = 0; c < in.channels; ++c) {
      auto const of_channel = sums + c * terms * width;
      if (slides_down && y > 0) {
        int const entering = top + under.y.size - 1;
        int const leaving = top - 1;
        bool const enters = entering >= 0 && entering < in.height;
        bool const leaves = leaving >= 0 && leaving < in.height;
        row_sums held[2] = {};
        for (int x = 0; x < width; ++x) {
          if (enters) held[0].move_to(x, in_row(c, entering));
          if (leaves) held[1].move_to(x, in_row(c, leaving));
          slide_down(of_channel, x, held[0], held[1]);
        }
      } else {
        for (int i = 0; i < terms * width; ++i) of_channel.set(i, 0);
        index_range const inside = under.y.inside(top, in.height);
        for (int r = inside.first; r < inside.last; ++r) {
          auto const row = in_row(c, top + r * under.y.dilation);
          row_sums held;
          for (int x = 0; x < width; ++x) {
            held.move_to(x, row);
            add_row(of_channel, x, r, held);
          }
        }
      }
    }
  }

 private:
  static constexpr bool slides_along = along_row::binomials && under.x.slides_by_one();
  static constexpr bool slides_down = along_column::binomials && under.y.slides_by_one();

  /// Moments along the row under one window.
  struct row_sums {
    int sum[std::size_t(row_terms)] = {};

    template <class Row>
    [[gnu::always_inline]] constexpr void move_to(int x, Row row) {
      auto const get = [&](int i) { return i >= 0 && i < in.width ? row[i] : 0; };
      int const left = under.x.start(x);
      if (slides_along && x > 0) {
        int const entering = get(left + under.x.size - 1);
        sum[0] += entering - get(left - 1);
        for (int k = 1; k < row_terms; ++k) sum[k] += entering * int(binomial(under.x.size, k)) - sum[k - 1];
      } else {
        along_row::analyse([&](int s) { return get(left + s * under.x.dilation); },
                           [&](int k, int m) { sum[k] = m; });
      }
    }
    [[gnu::always_inline, nodiscard]] constexpr int moment(int j) const { return rounded_shift(sum[j], row_shift(j)); }
  };

  [[gnu::always_inline]] static constexpr void slide_down(detail::numbers_in_bytes<sum_type> sums, int x,
                                                          row_sums const& entering, row_sums const& leaving) {
    for (int j = 0; j < row_terms; ++j) {
      int const in_sum = entering.moment(j);
      int before = 0;
      for (int i = 0; i < column_terms(j); ++i) {
        int const at = (first_at(j) + i) * width + x;
        before = sums[at] + in_sum * int(binomial(under.y.size, i)) - (i == 0 ? leaving.moment(j) : before);
        sums.set(at, before);
      }
    }
  }
  [[gnu::always_inline]] static constexpr void add_row(detail::numbers_in_bytes<sum_type> sums, int x, int r,
                                                       row_sums const& of_row) {
    for (int j = 0; j < row_terms; ++j)
      for (int i = 0; i < column_terms(j); ++i) {
        int const at = (first_at(j) + i) * width + x;
        sums.set(at, sums[at] + along_column::value(0, i, r) * of_row.moment(j));
      }
  }
};

}  // namespace polyfold
