// max_pool<n>, average_pool<n>, global_average_pool.
//
//   H_out = (H + 2 * padding - n) / stride + 1, likewise W_out; the stride is n unless stride<...> says otherwise
// Padding never wins a maximum; an average divides by the n x n of the whole window, padding included (PyTorch's
// count_include_pad). The gradient of a maximum goes to the first of equal inputs.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/border.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>

namespace polyfold {

struct pooling_spec {
  int size = 2;
  int stride = 2;
  int padding = 0;
  friend constexpr bool operator==(pooling_spec const&, pooling_spec const&) = default;
};

namespace detail {
/// What a maximum starts with: all numbers of a window may be negative infinity.
inline constexpr float below_all = -std::numeric_limits<float>::infinity();

template <int Value>
using constant = std::integral_constant<int, Value>;

/// The pixels under one output, padding left out: `height` x `width` of them, constants where no padding is read.
template <class Height, class Width>
struct pixels_under {
  int top;
  int left;
  Height height;
  Width width;

  /// Calls g(row, column) for each.
  template <class G>
  constexpr void operator()(G g) const {
    for (int iy = top; iy < top + height; ++iy)
      for (int ix = left; ix < left + width; ++ix) g(iy, ix);
  }
};
template <class Height, class Width>
pixels_under(int, int, Height, Width) -> pixels_under<Height, Width>;

/// Along one axis of `size` pixels: the first under a window of `Length` that starts at `start`, and how many there are.
template <int Length>
constexpr std::pair<int, constant<Length>> pixels_along(int start, int, std::true_type) {
  return {start, {}};
}
template <int Length>
constexpr std::pair<int, int> pixels_along(int start, int size, std::false_type) {
  int const first = larger(0, start);
  return {first, smaller(size, start + Length) - first};
}

/// Calls f(y, x, pixels) for the outputs of rows `rows`.
template <shape In, window W, class F>
constexpr void for_each_window(row_range rows, F f) {
  for_each_output<output_rows(W, In.height)>(rows.first, rows.last, [&](int y, auto inner_row) {
    for_each_output<output_columns(W, In.width)>([&](int x, auto inner_column) {
      auto const [top, height] = pixels_along<W.height>(y * W.stride_y - W.padding_y, In.height, inner_row);
      auto const [left, width] = pixels_along<W.width>(x * W.stride_x - W.padding_x, In.width, inner_column);
      f(y, x, pixels_under{top, left, height, width});
    });
  });
}
}  // namespace detail

template <shape In, window W>
struct maximum_under_window : operation {
  static constexpr shape output{In.channels, W.output_height(In.height), W.output_width(In.width)};
  [[nodiscard]] static constexpr row_range rows(int y) { return rows_under(W, y, In.height); }
  [[nodiscard]] static constexpr cost count() { return {}; }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>(rows,
                                     [&](int y, int x, auto under) { out(c, y, x) = largest<Scalar>(in, c, under); });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input in, Gradient din) {
    if (din.data() == nullptr) return;
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>({0, output.height}, [&](int y, int x, auto under) {
        Scalar const top = largest<Scalar>(in, c, under);
        Scalar left = dout(c, y, x);
        under([&](int iy, int ix) {
          // The first input that is not below the maximum takes all; the others find nothing left.
          Scalar const share = select_greater(top, Scalar(in(c, iy, ix)), Scalar(0.0f), left);
          din(c, iy, ix) += share;
          left = left - share;
        });
      });
  }

 private:
  /// The largest of some pixels of channel c: four at a time, the largest so far among them.
  template <class Scalar, class Input, class Height, class Width>
  [[nodiscard]] static Scalar largest(Input in, int c, detail::pixels_under<Height, Width> const& under) {
    if constexpr (std::is_same_v<Height, detail::constant<2>> && std::is_same_v<Width, detail::constant<2>>) {
      auto const* const first = in.row(c, under.top) + under.left;
      auto const* const second = in.row(c, under.top + 1) + under.left;
      return maximum(Scalar(first[0]), Scalar(first[1]), Scalar(second[0]), Scalar(second[1]));
    } else {
      Scalar so_far = Scalar(detail::below_all);
      for (int y = under.top; y < under.top + under.height; ++y) {
        auto const* const row = in.row(c, y) + under.left;
        int x = 0;
        for (; x + 3 <= under.width; x += 3)
          so_far = maximum(so_far, Scalar(row[x]), Scalar(row[x + 1]), Scalar(row[x + 2]));
        for (; x < under.width; ++x) so_far = maximum(Scalar(row[x]), so_far);
      }
      return so_far;
    }
  }
};

template <shape In, window W>
struct average_under_window : operation {
  static constexpr shape output{In.channels, W.output_height(In.height), W.output_width(In.width)};
  static constexpr bool backward_reads_input = false;
  static constexpr float scale = 1.0f / float(W.area());
  [[nodiscard]] static constexpr row_range rows(int y) { return rows_under(W, y, In.height); }
  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = output.size();
    c.additions = static_cast<long long>(output.size()) * (W.area() - 1);
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>(rows, [&](int y, int x, auto under) {
        Scalar sum = Scalar(0.0f);
        under([&](int iy, int ix) { sum += in(c, iy, ix); });
        out(c, y, x) = sum * scale;
      });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>({0, output.height}, [&](int y, int x, auto under) {
        Scalar const share = dout(c, y, x) * scale;
        under([&](int iy, int ix) { din(c, iy, ix) += share; });
      });
  }
};

/// What pooling layers have in common: where their windows lie.
template <int Size, class... Options>
struct pooling_layer : layer {
  static constexpr pooling_spec pooled = detail::with<Options...>(pooling_spec{Size, Size});
  static constexpr window slid{pooled.size, pooled.size, pooled.stride, pooled.stride, pooled.padding, pooled.padding};

  [[nodiscard]] static constexpr requirement needs(shape) {
    constexpr requirement of_options = detail::needs_of_options<pooling_spec, Options...>();
    if (of_options.kind != need::nothing) return of_options;
    if (pooled.size < 1 || 2 * pooled.padding > pooled.size) return unmet(need::padding_of_half_a_window);
    return {need::at_least, {1, pooled.size - 2 * pooled.padding, pooled.size - 2 * pooled.padding}};
  }
  [[nodiscard]] static constexpr shape output(shape in) {
    return {in.channels, slid.output_height(in.height), slid.output_width(in.width)};
  }
};

template <int Size, class... Options>
struct max_pool_layer : pooling_layer<Size, Options...> {
  static constexpr char const* name = "max_pool";
  template <class... More>
  consteval max_pool_layer<Size, Options..., More...> operator()(More const&...) const {
    return {};
  }
  template <shape In>
  using operations = type_list<step<maximum_under_window<In, max_pool_layer::slid>, layer_input>>;
};

template <int Size, class... Options>
struct average_pool_layer : pooling_layer<Size, Options...> {
  static constexpr char const* name = "average_pool";
  template <class... More>
  consteval average_pool_layer<Size, Options..., More...> operator()(More const&...) const {
    return {};
  }
  template <shape In>
  using operations = type_list<step<average_under_window<In, average_pool_layer::slid>, layer_input>>;
};

struct global_average_pool_layer : layer {
  static constexpr char const* name = "global_average_pool";
  [[nodiscard]] static constexpr shape output(shape in) { return {in.channels, 1, 1}; }
  template <shape In>
  using operations = type_list<step<average_under_window<In, window{In.height, In.width}>, layer_input>>;
};

template <int Size>
inline constexpr max_pool_layer<Size> max_pool{};
template <int Size>
inline constexpr average_pool_layer<Size> average_pool{};
inline constexpr global_average_pool_layer global_average_pool{};

}  // namespace polyfold
