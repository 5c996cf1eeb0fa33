// The rows of a product in integers, with what it takes in: moments of kernels, an expansion, an addition, an activation, and the
// maximum of each 2 x 2 sums.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/c_array.hpp>
#include <polyfold/integers/integer_run.hpp>
#include <polyfold/integers/moment_sums.hpp>
#include <polyfold/integers/window_sums.hpp>

namespace polyfold::integer {

/// Bits behind the point of a sum to which another map is added.
inline constexpr int addition_fraction = 4;

namespace detail {

template <class Places, int G>
struct integer_group_rows<Places, G, integer_group_kind::product> {
  using integers = typename Places::integers;
  static constexpr integer_group group = integers::template group<G>;
  using product_type = typename integers::template operation_at<group.head>;
  static constexpr fold::operation_form form = product_type::form;
  static constexpr bool takes_moments = integers::template takes_moments<G>;
  static constexpr bool expands = group.expansion >= 0;
  static constexpr bool pools = group.pool >= 0;
  static constexpr auto first = integers::places[G];
  static constexpr shape sums = form.output();
  static constexpr shape in = form.in;
  static constexpr int per_group = form.outputs / form.groups;  // filters

  /// A step makes a row of its map, of one row of sums or of two.
  static constexpr int rows = pools ? 2 : 1;
  static constexpr int steps = sums.height / rows;
  [[nodiscard]] static constexpr int made(int steps_done) { return steps_done; }
  /// The rows of the source that step y reads.
  [[nodiscard]] static constexpr row_range reads(int y) {
    if constexpr (takes_moments) {
      using moments = typename integers::template kernel_moments<G>;
      row_range const under = rows_under(moments::under, moments::in.height, y);
      return {core::larger(0, under.first - int(moments::in_lanes)), under.last};
    } else {
      return rows_under(form.under, in.height, y);
    }
  }

 private:
  [[nodiscard]] static constexpr row_range rows_under(window const& under, int height, int y) {
    return {core::rows_under(under, rows * y, height).first, core::rows_under(under, rows * y + rows - 1, height).last};
  }
  static constexpr int width = sums.width / rows;  // of the map
  /// A block of sums that the registers of a small core hold, and the columns of the map that come of it.
  static constexpr int columns = pools ? 2 : core::smaller(width, 4);
  static constexpr int written = columns / rows;
  static constexpr int pixels = rows * columns;
  /// A few products of one pixel are not worth the code of more filters.
  static constexpr int filters = core::smaller(per_group, pixels > 1                   ? (has_few_registers ? 1 : 2)
                                                          : form.coefficients() > 2000 ? 4
                                                                                       : 1);
  static constexpr bool reads_rows = integers::template inputs<G>::reads_rows;
  static constexpr auto sums_type() {
    if constexpr (reads_rows)
      return std::type_identity<integer_moment_sums<Places, G, filters, rows, columns>>{};
    else
      return std::type_identity<integer_window_sums<Places, G, filters, rows, columns>>{};
  }
  using block_sums = typename decltype(sums_type())::type;
  static constexpr int moment_bytes = [] {
    if constexpr (takes_moments)
      return integers::template kernel_moments<G>::bytes;
    else
      return 0;
  }();
  static constexpr int partial_bytes = expands ? 2 * sums.channels * sums.width : 0;
  static constexpr int partial_offset = block_sums::scratch_bytes;
  static constexpr int moment_offset = aligned_bytes(block_sums::scratch_bytes);

 public:
  /// Memory that is kept from step to step, and of one step: moments and weights; rows of pixels and partial products.
  static constexpr int state_bytes = moment_bytes + block_sums::state_bytes;
  static constexpr int scratch_bytes = [] {
    if constexpr (takes_moments)
      return core::larger(moment_offset + integers::template kernel_moments<G>::scratch_bytes,
                          partial_offset + partial_bytes);
    else
      return partial_offset + partial_bytes;
  }();

  template <class Run>
  static constexpr void row(Run const& run, int y) {
    if constexpr (takes_moments)
      prepare_moments(run, y);
    else
      block_sums::prepare(run, rows * y);
    Run const at = run;  // no byte that is written can be a part of it
    for (int from = 0; from < form.outputs; from += per_group)
      for (int i = 0; i < per_group; i += filters) sum_row(at, from + block_at<per_group, filters>(i), y);
    if constexpr (expands)
      for (int x = 0; x < sums.width; ++x) expand(run, y, x);
  }

 private:
  static constexpr bool adds = group.added >= 0;

  /// Blocks of `Size` that cover `All`: the last one begins earlier where it has to.
  template <int All, int Size>
  [[gnu::always_inline, nodiscard]] static constexpr int block_at(int i) {
    return All % Size == 0 ? i : core::smaller(i, All - Size);
  }

  template <class Run>
  static constexpr void prepare_moments(Run const& run, int y) {
    using moments = typename integers::template kernel_moments<G>;
    typename moments::sums const held(run.memory + Places::state(G));
    if (y == 0) block_sums::keep_weights(run, Places::state(G) + moment_bytes);
    for (int row = 0; row < rows; ++row) {
      moments::advance(
          held, run.memory + Places::scratch(G) + moment_offset, rows * y + row,
          [&](int c, int iy) { return run.template nonnegative_row<group.source>(c, iy); },
          [&](int c) { return run.template zero<group.source>(c); });
      block_sums::template prepare_moments<moments>(run, held, row);
    }
  }

  /// What becomes of the sums of filters m to m + filters - 1, for row y of the map.
  template <class Run>
  [[gnu::always_inline]] static constexpr void sum_row(Run const& run, int m, int y) {
    core::c_array<int, filters> starts;
    core::c_array<requantisation, filters> scales;
    for (int f = 0; f < filters; ++f) {
      starts[f] = bias<integers::template product_biases<G>, form.outputs>(run, first.bias, m + f);
      scales[f] = run.net.scale(first.scale + m + f);
    }
    typename block_sums::weights const weights(run, Places::state(G) + moment_bytes, m);
    for (int i = 0; i < width; i += written) {
      int const x = block_at<width, written>(i);
      core::c_array<int, filters * pixels> block;
#pragma GCC unroll 4
      for (int f = 0; f < filters; ++f)
#pragma GCC unroll 4
        for (int p = 0; p < pixels; ++p) block[f * pixels + p] = starts[f];
      block_sums::add(run, weights, m, rows * y, rows * x, block);
#pragma GCC unroll 4
      for (int f = 0; f < filters; ++f) put(run, m + f, y, x, block + f * pixels, scales[f]);
    }
  }

  /// Sums of filter m for (y, x) of the map and its neighbours. Of 2 x 2 sums there is the maximum: the requantisation and what
  /// follows it never fall.
  template <class Run>
  [[gnu::always_inline]] static constexpr void put(Run const& run, int m, int y, int x, int const* sum,
                                                   requantisation const& scale) {
    if constexpr (pools) {
      put_one(run, m, y, x, scale(core::larger(core::larger(sum[0], sum[1]), core::larger(sum[2], sum[3]))));
    } else {
#pragma GCC unroll 4
      for (int p = 0; p < pixels; ++p) put_one(run, m, y, x + p, scale(sum[p]));
    }
  }
  template <class Run>
  [[gnu::always_inline]] static constexpr void put_one(Run const& run, int m, int y, int x, int value) {
    if constexpr (expands)
      partial(run).set(m * width + x, clamped(value, -32767, 32767));
    else
      run.template target<group.value>(m, y).set(x, code_of_sum(run, m, y, x, value));
  }

  /// Biases along segments are polynomials of the output's number.
  template <fold::bias_rule Rule, int Outputs, class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int bias(Run const& run, int from, int m) {
    if constexpr (Rule.kind == fold::bias_kind::none) {
      return 0;
    } else if constexpr (Rule.kind == fold::bias_kind::dense) {
      return int(run.net.biases[std::size_t(from + m)]);
    } else {
      constexpr polyfold::basis::axis_cut cut(Outputs, Rule.along);
      int s = 0;
      int i = m;  // in its segment
      for (; i >= cut.segment; i -= cut.segment) ++s;
      int sum = 0;
      for (int k = 0; k < cut.terms_of(s); ++k)
        sum += int(run.net.biases[std::size_t(from + s * cut.terms + k)]) * polyfold::basis::low_binomial(i, k);
      return sum;
    }
  }

  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr numbers_in_bytes<std::int16_t> partial(Run const& run) {
    return numbers_in_bytes<std::int16_t>(run.memory + Places::scratch(G) + partial_offset);
  }
  template <class Run>
  static constexpr void expand(Run const& run, int y, int x) {
    using expansion = typename integers::template operation_at<group.expansion>;
    constexpr fold::operation_form of = expansion::form;
    using basis = integer_basis<of.outputs / of.groups, of.along, 0>;
    requantisation const scale = run.net.scale(first.scale + form.outputs);
    for (int g = 0; g < of.groups; ++g)
      basis::synthesise([&](int k) { return partial(run)[(g * basis::size + k) * sums.width + x]; },
                        [&](int i, int sum) {
                          int const m = g * basis::length + i;
                          constexpr int from =
                              first.bias + integers::template product_biases<G>.parameters(form.outputs);
                          run.template target<group.value>(m, y).set(
                              x, code_of_sum(run, m, y, x, scale(sum + bias<of.bias, of.outputs>(run, from, m))));
                        });
  }

  /// What a requantised sum of filter m at (y, x) becomes: by the addition, the activation, and as a code.
  template <class Run>
  [[gnu::always_inline, nodiscard]] static constexpr int code_of_sum(Run const& run, int m, int y, int x, int value) {
    if constexpr (adds) {
      requantisation const scale = run.net.scale(first.scale + form.outputs + expands);
      value = rounded_shift(value + scale(run.template row<group.added>(m, y)[x]), addition_fraction);
    }
    constexpr integer_map out = integers::template map<group.value>;
    if constexpr (group.activation >= 0) {
      using function = integer_function<typename integers::template operation_at<group.activation>::function>;
      if constexpr (function::kind == integer_activation::leaky)
        if (value < 0) value = rounded_shift(core::larger(value, -32768) * function::slope, 15);
    }
    constexpr int high = out.bits == 16 ? 32767 : out.is_signed ? 127 : 255;
    constexpr int low = out.is_signed ? -high - 1 : 0;
    return clamped(value, low, high);
  }
};

}  // namespace detail

}  // namespace polyfold::integer
