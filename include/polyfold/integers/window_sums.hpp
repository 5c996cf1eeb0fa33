// Sums of integer products over a map, for a few pixels and filters at a time.
//
// The rows under a window are laid out with all channels of a pixel side by side, 16 bits each, so that the numbers under a row of
// the window are one run of memory whatever the stride, and two products of neighbours are one instruction where there is one.
// Codes are stored in the order in which they are read here (product_inputs.hpp). Moments of planes that are one window come the
// same way.
#pragma once

#include <cstddef>
#include <cstdint>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/integers/integer_run.hpp>
#include <polyfold/integers/product_block.hpp>

namespace polyfold::integer::detail {

/// Of the product of group G, whose codes lie degree by degree: blocks of `Filters` filters and `Rows` x `Columns` pixels.
template <class Places, int G, int Filters, int Rows, int Columns>
struct integer_window_sums {
  using integers = typename Places::integers;
  using inputs = typename integers::template inputs<G>;
  static constexpr integer_group group = inputs::group;
  static constexpr fold::operation_form form = inputs::form;
  static constexpr shape in = form.in;
  static constexpr window under = form.under;
  static constexpr int degrees = inputs::degrees;
  static constexpr auto first = integers::places[G];

 private:
  /// Rows of the map under the windows of a block, from top to bottom.
  static constexpr int lines = (Rows - 1) * under.y.stride + under.y.extent();
  static constexpr int line_pixels = (form.output().width - 1) * under.x.stride + under.x.extent();
  template <int Degree>
  static constexpr int line_numbers = line_pixels* inputs::template numbers_of<Degree>;
  /// Numbers of a line of all degrees before.
  template <int Degree>
  static constexpr int line_numbers_before = line_pixels* inputs::template first_code<Degree> / under.area();

 public:
  static constexpr int state_bytes = 0;
  static constexpr int scratch_bytes = 2 * form.groups * lines * line_pixels * inputs::numbers;

  template <class Run>
  static constexpr void keep_weights(Run const&, int) {}
  /// Lays out what the windows of a row of blocks read, from output row y on.
  template <class Run>
  static constexpr void prepare(Run const& run, int y) {
    int const top = under.y.start(y);
    core::for_constexpr<degrees>([&]<int Degree>() {
      for (int g = 0; g < form.groups; ++g)
        for (int i = 0; i < lines; i += Rows == 1 ? under.y.dilation : 1) fill_line<Degree>(run, g, i, top + i);
    });
  }
  /// The same from moments of one window, as they are held.
  template <class Moments, class Run>
  static constexpr void prepare_moments(Run const& run, typename Moments::sums held, int) {
    core::for_constexpr<degrees>([&]<int Degree>() {
      for (int g = 0; g < form.groups; ++g) {
        auto to = scratch(run) + line_at<Degree>(g, 0);
        auto from = held + g * inputs::numbers;
        for (int c = 0; c < inputs::numbers / Moments::terms; ++c, from = from + Moments::terms) {
          constexpr int plane_degrees = degrees / inputs::source_degrees;
          int const first_degree = inputs::source_degrees == 1 ? 0 : c % inputs::source_degrees * plane_degrees;
#pragma GCC unroll 6
          for (int t = 0; t < Moments::terms; ++t)
            if (first_degree + Moments::of_terms[t].degree == Degree) {
              to.set(0, rounded_shift(from[t], Moments::of_terms[t].shift));
              to = to + 1;
            }
        }
      }
    });
  }

  /// Of filters m to m + Filters - 1.
  struct weights {
    template <class Run>
    [[gnu::always_inline]] constexpr weights(Run const& run, int, int m)
        : codes(run.net.codes.data() + first.code + m * form.fan_in()) {}
    std::int8_t const* codes;
  };

  /// Adds up these filters over the block at (y, x).
  template <class Run>
  [[gnu::always_inline]] static constexpr void add(Run const& run, weights const& of, int m, int y, int x, int* sums) {
    if constexpr (degrees == 1)
      add_degree<0>(run, of.codes, m, y, x, sums);
    else
      core::for_constexpr<degrees>([&]<int Degree>() {
        core::c_array<int, Filters * Rows * Columns> of_degree{};
        add_degree<Degree>(run, of.codes, m, y, x, of_degree);
        int const shift = run.net.degree_shifts[std::size_t(first.degree + Degree)];
        for (int i = 0; i < Filters * Rows * Columns; ++i) sums[i] += of_degree[i] * (1 << shift);
      });
  }

 private:
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr auto scratch(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G));
  }
  template <int Degree>
  [[gnu::always_inline, nodiscard]] static constexpr int line_at(int g, int i) {
    return form.groups * lines * line_numbers_before<Degree> + (g * lines + i) * line_numbers<Degree>;
  }

  template <int Degree, class Run>
  static constexpr void fill_line(Run const& run, int g, int i, int iy) {
    constexpr int numbers = inputs::template numbers_of<Degree>;
    constexpr int before = under.x.before;
    constexpr int end = core::smaller(line_pixels, before + in.width);
    auto const to = scratch(run) + line_at<Degree>(g, i);
    if (iy < 0 || iy >= in.height) {
      for (int k = 0; Rows > 1 && k < line_pixels * numbers; ++k) to.set(k, 0);
      return;
    }
    for (int k = 0; k < before * numbers; ++k) to.set(k, 0);
    for (int k = end * numbers; k < line_pixels * numbers; ++k) to.set(k, 0);
    if constexpr (integers::template side_by_side<group.source> && degrees == 1 && form.groups == 1) {
      copy_numbers(Places::template rows<group.source>::row(run.memory, iy), to + before * numbers,
                   (end - before) * numbers);
    } else {
      for (int n = 0; n < numbers; ++n) {
        auto const row = run.template row<group.source>(g * inputs::numbers + Degree + n * degrees, iy);
        for (int x = 0, at = before * numbers + n; x < end - before; ++x, at += numbers) to.set(at, row[x]);
      }
    }
  }

  template <int Degree, class Run>
  [[gnu::always_inline]] static constexpr void add_degree(Run const& run, std::int8_t const* codes, int m, int y, int x,
                                                          int* sums) {
    constexpr int numbers = inputs::template numbers_of<Degree>;
    constexpr int length = inputs::template run_length<Degree>;
    constexpr int line = line_numbers<Degree>;
    using block = product_block<Filters, Rows, Columns, under.x.stride * numbers, under.y.stride * line, form.fan_in()>;
    int const g = form.groups == 1 ? 0 : m / (form.outputs / form.groups);
    auto const from = scratch(run) + line_at<Degree>(g, 0) + x * under.x.stride * numbers;
    codes += inputs::template first_code<Degree>;
    if constexpr (inputs::one_run) {
      block::add_codes(sums, from, codes, length);
    } else {
      // Where two rows are one block, what lies outside is filled with zeros.
      index_range const inside = Rows > 1 ? index_range{0, under.y.size} : under.y.inside(under.y.start(y), in.height);
      for (int r = inside.first; r < inside.last; ++r)
        for (int j = 0; j < inputs::runs; ++j)
          block::add_codes(sums, from + (r * under.y.dilation * line + j * under.x.dilation * numbers),
                           codes + (r * inputs::runs + j) * length, length);
    }
  }
};

}  // namespace polyfold::integer::detail
