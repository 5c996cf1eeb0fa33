// A product with arranged weights: every weight is a level of a curve, stored as the B-bit number of the level.
//
// The curve has 2^B levels in a few segments of low-order polynomials. Inputs that meet equal weights are added first
// (grouped by level), then the groups' sums are folded along the curve by running sums, and only the curve's
// coefficients are multiplied: pieces * (order + 1) products per output, whatever the number of inputs.
#pragma once

#include <cstdint>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fold/product.hpp>

namespace polyfold::fold {

/// Level numbers of `Bits` bits each, packed from the least significant bit of the first byte on.
template <int Bits>
struct packed_levels {
  [[nodiscard]] static constexpr int bytes(int count) { return (count * Bits + 7) / 8; }
  [[nodiscard]] static constexpr int get(std::uint8_t const* map, int i) {
    unsigned const bit = unsigned(i) * Bits;
    unsigned const shift = bit % 8;
    int value = map[bit / 8] >> shift;
    if (8 % Bits != 0 && shift + Bits > 8) value |= map[bit / 8 + 1] << (8 - shift);
    return value & ((1 << Bits) - 1);
  }
  static constexpr void set(std::uint8_t* map, int i, int level) {
    for (int b = 0; b < Bits; ++b) {
      int const bit = i * Bits + b;
      auto const mask = static_cast<std::uint8_t>(1 << bit % 8);
      if (level >> b & 1)
        map[bit / 8] = static_cast<std::uint8_t>(map[bit / 8] | mask);
      else
        map[bit / 8] = static_cast<std::uint8_t>(map[bit / 8] & ~mask);
    }
  }
};

/// Reads packed level numbers as the levels that they stand for: a pointer to weights of type Scalar.
template <int Bits, class Scalar>
struct level_pointer {
  std::uint8_t const* map;
  Scalar const* levels;
  int offset = 0;

  [[nodiscard]] Scalar const& operator[](int i) const { return levels[packed_levels<Bits>::get(map, offset + i)]; }
  [[nodiscard]] level_pointer operator+(int i) const { return {map, levels, offset + i}; }
};

/// The curve of an arrangement: its values are the levels.
template <arrangement A>
using level_curve = basis::segmented_basis<(1 << A.bits), basis::curve_cut(A)>;

template <shape In, int Filters, window W, int Groups, arrangement A, bias_rule Bias>
struct arranged_product : operation {
  using bias = biases<Filters, Bias>;
  using curve = level_curve<A>;
  using packing = packed_levels<A.bits>;
  static_assert(basis::needs_of(A).kind == need::nothing);

  static constexpr operation_form form = arranged_product_of(In, Filters, W, Groups, A, Bias);
  static constexpr int levels = form.levels();
  static constexpr int channels = In.channels / Groups;
  static constexpr int fan_in = form.fan_in();
  static constexpr int weights = Filters * fan_in;
  static constexpr int coefficients = form.coefficients();
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::product;
  static constexpr window input_window = W;
  static constexpr int filter_groups = Groups;

  static constexpr bool grouped = form.groups_inputs();

  /// Pixels that are grouped together, so that a level number is unpacked once for all of them: some of those that read no
  /// padding, as long as their sums take little room.
  static constexpr int inner_first = core::outputs_along(W.x, In.width).inner_first;
  static constexpr int inner_last = core::outputs_along(W.x, In.width).inner_last;
  static constexpr int block = grouped ? std::clamp(inner_last - inner_first, 1, std::clamp(256 / levels, 1, 16)) : 1;

  static constexpr int parameters = form.parameters();
  static constexpr int map_bytes = packing::bytes(weights);
  static constexpr int scratch = levels * block + bias::scratch;
  static constexpr int backward_scratch = 2 * levels;
  static constexpr auto constants = sets_of<form.set_count()>(form);

  [[nodiscard]] static constexpr row_range rows(int y) { return core::rows_under(W, y, In.height); }

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const& at, row_range rows, Out out, Input in) {
    float const* const stored_biases = at.parameters + coefficients;
    bias::prepare(stored_biases, at.scratch + levels * block);
    auto const start = [&](int m) {
      return bias::template start<Scalar>(stored_biases, at.scratch + levels * block, m);
    };
    // In the lanes of a register products cost no more than sums, and looking a level up serves all pixels of a block.
    if constexpr (grouped && lane_count<Scalar> == 1) {
      for (int m = 0; m < Filters; ++m)
        for (int y = rows.first; y < rows.last; ++y)
          for_blocks_of_row([&]<int Columns>(int x) {
            group<Columns>(at, in, m, y, x, at.scratch);
            for (int j = 0; j < Columns; ++j) {
              Scalar sum = start(m);
              curve::analyse([&](int l) { return at.scratch[l * Columns + j]; },
                             [&, c = curve_of(at.parameters, m)](int k, Scalar const& moment) {
                               sum = mul_add(moment, c[k], sum);
                             });
              out(m, y, x + j) = sum;
            }
          });
    } else if constexpr (A.per_filter) {
      for (int m = 0; m < Filters; ++m) {
        expand(curve_of(at.parameters, m), at.scratch);
        constexpr shape read{channels, In.height, In.width};
        product<read, 1, W, 1, bias_rule{}>::template multiply<Scalar, false>(
            level_pointer<A.bits, Scalar>{at.map, at.scratch, m * fan_in}, rows,
            in.template channels_from<read>(first_channel(m)), [&](int) { return start(m); },
            [&](int, int y, int x, Scalar const& sum) { out(m, y, x) = sum; });
      }
    } else {
      expand(at.parameters, at.scratch);
      product<In, Filters, W, Groups, bias_rule{}>::template multiply<Scalar, false>(
          level_pointer<A.bits, Scalar>{at.map, at.scratch}, rows, in, start,
          [&](int m, int y, int x, Scalar const& sum) { out(m, y, x) = sum; });
    }
  }

  /// Gradients of the coefficients, the biases and the input; the map is fixed.
  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    bias::backward(at.gradient + coefficients, [&](int m) { return detail::sum_of_channel(dout, m); });
    Scalar* const groups = at.scratch;
    Scalar* const level = at.scratch + levels;
    for (int m = 0; m < Filters; ++m) {
      float const* const c = curve_of(at.parameters, m);
      expand(c, level);
      Scalar sums[curve::size];
      for (Scalar& sum : sums) sum = Scalar(0.0f);
      for (int y = 0; y < output.height; ++y)
        for (int x = 0; x < output.width; ++x) {
          Scalar const d = dout(m, y, x);
          group<1>(at, in, m, y, x, groups);
          curve::analyse([&](int l) { return groups[l]; },
                         [&](int k, Scalar const& moment) { sums[k] = mul_add(moment, d, sums[k]); });
          if (din.data() != nullptr)
            for_each_input(at, din, m, y, x, [&](int l, Scalar* target) { *target = mul_add(level[l], d, *target); });
        }
      float* const gradient = at.gradient + (c - at.parameters);
      for (int k = 0; k < curve::size; ++k) gradient[k] += horizontal_sum(sums[k]);
    }
  }

 private:
  [[nodiscard]] static float const* curve_of(float const* parameters_, int m) {
    return parameters_ + (A.per_filter ? m * curve::size : 0);
  }

  template <class Scalar>
  static void expand(float const* c, Scalar* to) {
    curve::synthesise([&](int k) { return Scalar(c[k]); }, [&](int l, Scalar const& v) { to[l] = v; });
  }

  [[nodiscard]] static constexpr int first_channel(int m) { return m / (Filters / Groups) * channels; }

  /// Calls f.operator()<pixels>(x) for the pixels of an output row: blocks where no column of the window is in the padding,
  /// single ones elsewhere.
  template <class F>
  static void for_blocks_of_row(F f) {
    int x = 0;
    for (; x < inner_first; ++x) f.template operator()<1>(x);
    if constexpr (block > 1) {
      for (; x + block <= inner_last; x += block) f.template operator()<block>(x);
      if constexpr (constexpr int rest = (inner_last - inner_first) % block; rest > 0) {
        f.template operator()<rest>(x);
        x += rest;
      }
    }
    for (; x < output.width; ++x) f.template operator()<1>(x);
  }

  /// Sums of the inputs that meet each level, for Columns pixels from x on, which read no padding where Columns > 1:
  /// sums[level * Columns + pixel].
  template <int Columns, class Scalar, class Input>
  static void group(context<Scalar> const& at, Input in, int m, int y, int x, Scalar* sums) {
    for (int l = 0; l < levels * Columns; ++l) sums[l] = Scalar(0.0f);
    for_each_input(at, in, m, y, x, [&](int level, auto first) {
      for (int j = 0; j < Columns; ++j) sums[level * Columns + j] += first[j * W.x.stride];
    });
  }

  /// Calls f(level of the weight, where the input under it lies) for the window of filter m at (y, x).
  template <class Scalar, class View, class F>
  static void for_each_input(context<Scalar> const& at, View in, int m, int y, int x, F f) {
    int const top = W.y.start(y);
    int const left = W.x.start(x);
    index_range const window_rows = W.y.inside(top, In.height);
    index_range const columns = W.x.inside(left, In.width);
    for (int c = 0; c < channels; ++c)
      for (int r = window_rows.first; r < window_rows.last; ++r) {
        auto const source = in.row(first_channel(m) + c, top + r * W.y.dilation);
        int const weight = m * fan_in + c * W.area() + r * W.x.size;
        for (int s = columns.first; s < columns.last; ++s)
          f(packing::get(at.map, weight + s), source + (left + s * W.x.dilation));
      }
  }
};

}  // namespace polyfold::fold
