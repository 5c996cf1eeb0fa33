// Moments of kernel planes in integers, a row of them at a time: sums along the row of each window, then down its columns.
//
// Where windows slide by one and all fits into 16 bits, both are running sums on two lanes of a 32-bit word at once, in plain
// C++: no number is negative, so that a carry or a borrow between lanes is gone once a step is done. Sums along a row hold the
// row that enters in the low lane and the one that leaves in the high lane; sums down the columns hold two neighbouring
// pixels. Elsewhere every window is summed afresh.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/c_array.hpp>
#include <polyfold/core/fixed_array.hpp>
#include <polyfold/fold/operation_form.hpp>
#include <polyfold/integers/integer_functions.hpp>
#include <polyfold/integers/lanes.hpp>
#include <polyfold/integers/memory.hpp>

namespace polyfold::integer {

/// By the operations `Rows` and `Columns` (fold/moments.hpp), of maps whose numbers are at most `Bound`; of bytes, none of them
/// negative, or of 16 bits. Products read them with `Bits` bits.
template <class Rows, class Columns, int Bound, bool Bytes, int Bits>
struct integer_kernel_moments {
  static constexpr shape in = Rows::form.in;
  static constexpr window under{Columns::form.under.y, Rows::form.under.x};
  static constexpr polyfold::cut of_kernel = Columns::form.along;
  static constexpr int width = under.x.outputs(in.width);

  using along_row = integer_basis<under.x.size, of_kernel, Bound>;
  static constexpr int row_terms = along_row::size;
  [[nodiscard]] static constexpr int row_shift(int j) { return shift_to_bits(along_row::moment_bound(j, Bound), 15); }
  [[nodiscard]] static constexpr int row_bound(int j) {
    return int(shifted_bound(along_row::moment_bound(j, Bound), row_shift(j)));
  }
  static constexpr int largest_row_bound = [] {
    int largest = 0;
    for (int j = 0; j < row_terms; ++j) largest = core::larger(largest, row_bound(j));
    return largest;
  }();

  using along_column = integer_basis<under.y.size, of_kernel, largest_row_bound>;
  static constexpr int terms = Columns::form.plane_terms();
  static constexpr int size = in.channels * terms;  ///< moments of a pixel
  /// Beside degree j along the row, the columns take degrees up to order - j, from this term on.
  [[nodiscard]] static constexpr int first_at(int j) {
    return fold::terms_up_to(j, along_column::size, of_kernel.order);
  }
  [[nodiscard]] static constexpr int column_terms(int j) { return first_at(j + 1) - first_at(j); }

  struct term {
    int shift = 0;     ///< it is divided by 2^shift when it is read
    int exponent = 0;  ///< and is then to be multiplied by 2^exponent
    int degree = 0;
    int bound = 0;         ///< its largest magnitude when it is read
    long long of_one = 0;  ///< what it is of a plane of ones, before it is divided
  };
  static constexpr auto of_terms = [] {
    core::fixed_array<term, terms> all{};
    for (int j = 0; j < row_terms; ++j)
      for (int i = 0; i < column_terms(j); ++i) {
        long long const bound = along_column::moment_bound(i, row_bound(j));
        int const shift =
            shift_to_bits(bound, Bits - int(Bits == 16 || !Bytes));  // bytes that are not negative have no sign
        all[first_at(j) + i] = {shift, row_shift(j) + shift, i + j, int(shifted_bound(bound, shift)),
                                along_column::moment_bound(i, along_row::moment_bound(j, 1))};
      }
    return all;
  }();

  /// Of each term, what loops at run time read.
  static constexpr auto of_ones = [] {
    core::fixed_array<int, terms> all{};
    for (int t = 0; t < terms; ++t) all[t] = int(of_terms[t].of_one);
    return all;
  }();
  static constexpr auto degrees = [] {
    core::fixed_array<std::uint8_t, terms> all{};
    for (int t = 0; t < terms; ++t) all[t] = static_cast<std::uint8_t>(of_terms[t].degree);
    return all;
  }();

  /// Column sums are held as they are; where one of them has more than 16 bits, all have 32.
  static constexpr bool wide = [] {
    for (int j = 0; j < row_terms; ++j)
      for (int i = 0; i < column_terms(j); ++i)
        if (along_column::moment_bound(i, row_bound(j)) > 32767) return true;
    return false;
  }();
  /// Whether any of them is divided when it is read.
  static constexpr bool rounds = [] {
    for (term const& t : of_terms)
      if (t.shift > 0) return true;
    return false;
  }();
  /// No moment is rounded on the way.
  static constexpr bool is_exact = [] {
    for (int j = 0; j < row_terms; ++j)
      if (row_shift(j) > 0) return false;
    return Bytes && !wide && !rounds;
  }();
  /// The function of term t at a weight of the window.
  [[nodiscard]] static constexpr int value(int t, int row, int column) {
    int j = 0;
    while (j + 1 < row_terms && t >= first_at(j + 1)) ++j;
    return along_row::value(0, j, column) * along_column::value(0, t - first_at(j), row);
  }
  static constexpr bool in_lanes = [] {
    for (int j = 0; j < row_terms; ++j)
      if (row_shift(j) > 0) return false;
    return Bytes && !wide && under.x.slides_by_one() && under.y.slides_by_one() && width > 1;
  }();
  using sum_type = std::conditional_t<wide, std::int32_t, std::int16_t>;
  using sums = detail::numbers_in_bytes<sum_type>;
  /// From one term of a plane to the next: pairs of pixels lie in words.
  static constexpr int pitch = width == 1 ? 1 : core::ceil_div(width, 2) * 2;
  static constexpr int bytes = size * pitch * int(sizeof(sum_type));
  /// A row of words, with what stands for zero around it, while a row is computed.
  static constexpr int scratch_bytes = in_lanes ? 4 * (pitch + under.x.size) : 0;

  /// From the moments of output row y - 1 in `held` to those of row y, rows in order from 0 on. `in_row(c, y)` gives the numbers
  /// of a row of the map, `pad(c)` what stands for zero in channel c.
  template <class Row, class Pad>
  static constexpr void advance(sums held, std::uint8_t* scratch, int y, Row in_row, Pad pad) {
    for (int c = 0; c < in.channels; ++c) {
      sums const of_channel = held + c * terms * pitch;
      if constexpr (in_lanes) {
        if (y == 0) {
          // The window over nothing but padding, into which the first rows are moved.
          for (int t = 0; t < terms; ++t)
            for (int x = 0; x < pitch; ++x) of_channel.set(t * pitch + x, pad(c) * of_ones[t]);
          for (int entering = 0; entering < under.y.size - 1 - under.y.before; ++entering)
            slide(of_channel, scratch, c, entering, in_row, pad(c));
        }
        slide(of_channel, scratch, c, y + under.y.size - 1 - under.y.before, in_row, pad(c));
      } else {
        sum_up(of_channel, c, y, in_row, pad(c));
      }
    }
  }

 private:
  using words = detail::numbers_in_bytes<std::uint32_t>;

  /// Moves the windows down by the row `entering`.
  template <class Row>
  static constexpr void slide(sums held, std::uint8_t* scratch, int c, int entering, Row in_row, int pad) {
    words const line(scratch);
    int const leaving = entering - under.y.size;
    bool const enters = entering >= 0 && entering < in.height;
    bool const leaves = leaving >= 0 && leaving < in.height;
    unsigned const around = unsigned(pad) * 0x10001u;
    for (int x = 0; x < under.x.before; ++x) line.set(x, int(around));
    for (int x = under.x.before + in.width; x < pitch + under.x.size; ++x) line.set(x, int(around));
    words const inner = line + under.x.before;
    if (enters && leaves) {
      auto const low = in_row(c, entering);
      auto const high = in_row(c, leaving);
      for (int x = 0; x < in.width; ++x) inner.set(x, int(unsigned(low[x]) | unsigned(high[x]) << 16));
    } else if (enters) {
      auto const low = in_row(c, entering);
      for (int x = 0; x < in.width; ++x) inner.set(x, int(unsigned(low[x]) | unsigned(pad) << 16));
    } else if (leaves) {
      auto const high = in_row(c, leaving);
      for (int x = 0; x < in.width; ++x) inner.set(x, int(unsigned(pad) | unsigned(high[x]) << 16));
    } else {
      for (int x = 0; x < in.width; ++x) inner.set(x, int(around));
    }
    core::c_array<unsigned, row_terms> row{};
    for (int s = under.x.size - 1; s >= 0; --s) {
#pragma GCC unroll 4
      for (int k = row_terms - 1; k > 0; --k) row[k] += row[k - 1];
      row[0] += unsigned(line[s]);
    }
    for (int word = 0; word < pitch / 2; ++word) {
      core::c_array<unsigned, row_terms> first;
      for (int k = 0; k < row_terms; ++k) first[k] = row[k];
      next(row, line, 2 * word + 1);
      move_down(held.words() + word, first, row);
      next(row, line, 2 * word + 2);
    }
  }
  /// Sums of the window at x from those of the window at x - 1.
  [[gnu::always_inline]] static constexpr void next(unsigned* row, words line, int x) {
    unsigned const entering = unsigned(line[x + under.x.size - 1]);
    row[0] += entering - unsigned(line[x - 1]);
#pragma GCC unroll 4
    for (int k = 1; k < row_terms; ++k)
      row[k] += entering * unsigned(basis::binomials_of<under.x.size, row_terms>[k]) - row[k - 1];
  }
  /// Two neighbouring pixels, given the sums of their rows.
  [[gnu::always_inline]] static constexpr void move_down(words held, unsigned const* first, unsigned const* second) {
    int at = 0;
#pragma GCC unroll 4
    for (int j = 0; j < row_terms; ++j) {
      unsigned const enters = detail::low_lanes(first[j], second[j]);
      unsigned before = detail::high_lanes(first[j], second[j]);
      int const column_count = core::smaller(along_column::size, of_kernel.order + 1 - j);
#pragma GCC unroll 4
      for (int i = 0; i < column_count; ++i) {
        before =
            unsigned(held[at]) + enters * unsigned(basis::binomials_of<under.y.size, along_column::size>[i]) - before;
        held.set(at, int(before));
        at += pitch / 2;
      }
    }
  }

  static constexpr bool pads = under.x.before > 0 || under.x.after > 0;
  static constexpr auto column_values = [] {
    core::fixed_array<core::fixed_array<std::int16_t, along_column::size>, under.y.size> all{};
    for (int r = 0; r < under.y.size; ++r)
      for (int i = 0; i < along_column::size; ++i) all[r][i] = static_cast<std::int16_t>(along_column::value(0, i, r));
    return all;
  }();

  /// The windows of output row y, each by itself.
  template <class Row>
  static constexpr void sum_up(sums held, int c, int y, Row in_row, int pad) {
    for (int i = 0; i < terms * pitch; ++i) held.set(i, 0);
    int const top = under.y.start(y);
    for (int r = 0; r < under.y.size; ++r) {
      int const iy = top + r * under.y.dilation;
      bool const inside = iy >= 0 && iy < in.height;
      if (!inside && pad == 0) continue;
      auto const row = in_row(c, inside ? iy : 0);
      for (int x = 0; x < width; ++x) {
        int const left = under.x.start(x);
        core::c_array<int, row_terms> moments{};
        along_row::analyse(
            [&](int s) __attribute__((always_inline)) {
              int const ix = left + s * under.x.dilation;
              return inside && (!pads || (ix >= 0 && ix < in.width)) ? row[ix] : pad;
            },
            [&](int j, int sum) __attribute__((always_inline)) { moments[j] = sum; });
        int at = x;
#pragma GCC unroll 4
        for (int j = 0; j < row_terms; ++j) {
          int const moment = rounded_shift(moments[j], row_shift(j));
          int const column_count = core::smaller(along_column::size, of_kernel.order + 1 - j);
#pragma GCC unroll 4
          for (int i = 0; i < column_count; ++i, at += pitch) held.set(at, held[at] + column_values[r][i] * moment);
        }
      }
    }
  }
};

}  // namespace polyfold::integer
