// max_pool<n>, average_pool<n>, global_average_pool.
//
//   H_out = (top + H + bottom - n) / stride + 1, likewise W_out; the stride is n unless stride<...> says otherwise
// max_pool<height, width> has a window that is not square. Padding never wins a maximum; an average divides by the whole
// window, padding included (PyTorch's count_include_pad), unless the option exclude_padding is given. The gradient of a
// maximum goes to the first of equal inputs.
// Options: stride<n>, padding<n> or same_padding, ceil_mode; dilation<n> of maxima; exclude_padding of averages.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/border.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

struct pooling_spec {
  window slid{};
  bool same = false;
  bool ceil_mode = false;
  friend constexpr bool operator==(pooling_spec const&, pooling_spec const&) = default;
};
struct averaging_spec {
  window slid{};
  bool same = false;
  bool ceil_mode = false;
  bool counts_padding = true;
  friend constexpr bool operator==(averaging_spec const&, averaging_spec const&) = default;
};

namespace detail {
/// What a maximum starts with: all numbers of a window may be negative infinity.
inline constexpr float below_all = -std::numeric_limits<float>::infinity();

template <int Value>
using constant = std::integral_constant<int, Value>;

/// The pixels under one output of window W, padding left out: `height` x `width` of them, constants where no padding is
/// read.
template <window W, class Height, class Width>
struct pixels_under {
  static constexpr bool inner = !std::is_same_v<Height, int> && !std::is_same_v<Width, int>;
  int top;
  int left;
  Height height;
  Width width;

  [[nodiscard]] constexpr int row(int r) const { return top + r * W.y.dilation; }
  /// Calls g(row, column) for each.
  template <class G>
  constexpr void operator()(G g) const {
    for (int r = 0; r < height; ++r)
      for (int s = 0; s < width; ++s) g(row(r), left + s * W.x.dilation);
  }
};

/// Along one axis of `inputs`: the first pixel under a window that starts at `start`, and how many there are.
template <window_axis A>
constexpr std::pair<int, constant<A.size>> pixels_along(int start, int, std::true_type) {
  return {start, {}};
}
template <window_axis A>
constexpr std::pair<int, int> pixels_along(int start, int inputs, std::false_type) {
  index_range const inside = A.inside(start, inputs);
  return {start + inside.first * A.dilation, inside.last - inside.first};
}

/// Calls f(y, x, pixels) for the outputs of rows `rows`.
template <shape In, window W, class F>
constexpr void for_each_window(row_range rows, F f) {
  core::for_each_output<core::outputs_along(W.y, In.height)>(rows.first, rows.last, [&](int y, auto inner_row) {
    core::for_each_output<core::outputs_along(W.x, In.width)>([&](int x, auto inner_column) {
      auto const [top, height] = pixels_along<W.y>(W.y.start(y), In.height, inner_row);
      auto const [left, width] = pixels_along<W.x>(W.x.start(x), In.width, inner_column);
      f(y, x,
        pixels_under<W, std::remove_const_t<decltype(height)>, std::remove_const_t<decltype(width)>>{top, left, height,
                                                                                                     width});
    });
  });
}
}  // namespace detail

template <shape In, window W>
struct maximum_under_window : fold::operation {
  static constexpr shape output = W.output(In, In.channels);
  static constexpr fold::operation_role role = fold::operation_role::maximum;
  static constexpr fold::operation_epilogue takes_in = fold::operation_epilogue::function;
  static constexpr window input_window = W;
  [[nodiscard]] static constexpr row_range rows(int y) { return core::rows_under(W, y, In.height); }
  [[nodiscard]] static constexpr cost count() { return {}; }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    forward_then<fold::identity>(at, rows, out, in);
  }
  template <class Function, class Scalar, class Out, class Input>
  static void forward_then(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      if constexpr (in_squares)
        for (int y = rows.first; y < rows.last; ++y) {
          auto const first = in.row(c, W.y.start(y));
          auto const second = in.row(c, W.y.start(y) + 1);
          Scalar* const to = out.row(c, y);
          for (int x = 0, at = 0; x < output.width; ++x, at += W.x.stride)
            to[x] = Function::value(
                maximum(Scalar(first[at]), Scalar(first[at + 1]), Scalar(second[at]), Scalar(second[at + 1])));
        }
      else
        detail::for_each_window<In, W>(
            rows, [&](int y, int x, auto under) { out(c, y, x) = Function::value(largest<Scalar>(in, c, under)); });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const&, Out, Out dout, Input in, Gradient din) {
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
  /// 2 x 2 numbers, none of them padding.
  static constexpr bool in_squares = W.y == window_axis{2, W.y.stride} && W.x == window_axis{2, W.x.stride};

  /// The largest of some pixels of channel c: four at a time, the largest so far among them.
  template <class Scalar, class Input, class Pixels>
  [[nodiscard]] static Scalar largest(Input in, int c, Pixels const& under) {
    constexpr int step = W.x.dilation;
    if constexpr (Pixels::inner && W.y.size == 2 && W.x.size == 2) {
      auto const first = in.row(c, under.row(0)) + under.left;
      auto const second = in.row(c, under.row(1)) + under.left;
      return maximum(Scalar(first[0]), Scalar(first[step]), Scalar(second[0]), Scalar(second[step]));
    } else {
      Scalar so_far = Scalar(detail::below_all);
      for (int r = 0; r < under.height; ++r) {
        auto const row = in.row(c, under.row(r)) + under.left;
        int x = 0;
        for (; x + 3 <= under.width; x += 3)
          so_far = maximum(so_far, Scalar(row[x * step]), Scalar(row[(x + 1) * step]), Scalar(row[(x + 2) * step]));
        for (; x < under.width; ++x) so_far = maximum(Scalar(row[x * step]), so_far);
      }
      return so_far;
    }
  }
};

/// Averages of the pixels under a window and of the zeros around the map that `Counted` pads with: the same window, or one that
/// pads less.
template <shape In, window W, window Counted>
struct average_under_window : fold::operation {
  static constexpr shape output = W.output(In, In.channels);
  static constexpr window input_window = W;
  static constexpr fold::operation_role role =
      W == Counted && W.y.before == 0 && W.y.after == 0 && W.x.before == 0 && W.x.after == 0
          ? fold::operation_role::average
          : fold::operation_role::other;
  static constexpr bool backward_reads_input = false;
  static constexpr float scale = 1.0f / float(W.area());
  [[nodiscard]] static constexpr row_range rows(int y) { return core::rows_under(W, y, In.height); }
  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = output.size();
    c.additions = static_cast<long long>(output.size()) * (W.area() - 1);
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>(rows, [&](int y, int x, auto under) {
        Scalar sum = Scalar(0.0f);
        under([&](int iy, int ix) { sum += in(c, iy, ix); });
        out(c, y, x) = sum * scale_at(y, x, under);
      });
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    for (int c = 0; c < In.channels; ++c)
      detail::for_each_window<In, W>({0, output.height}, [&](int y, int x, auto under) {
        Scalar const share = dout(c, y, x) * scale_at(y, x, under);
        under([&](int iy, int ix) { din(c, iy, ix) += share; });
      });
  }

 private:
  /// One by the positions of output (y, x) that count.
  template <class Pixels>
  [[nodiscard]] static constexpr float scale_at(int y, int x, Pixels const&) {
    if constexpr (Pixels::inner || W == Counted)
      return scale;
    else
      return 1.0f / float(Counted.y.inside_padding(W.y.start(y), In.height) *
                          Counted.x.inside_padding(W.x.start(x), In.width));
  }
};

/// What pooling layers have in common: where their windows lie.
template <class Spec, int Height, int Width, class... Options>
struct pooling_layer : layer {
  static constexpr Spec pooled = detail::with<Options...>(Spec{window{{Height, Height}, {Width, Width}}});

  [[nodiscard]] static constexpr requirement needs(shape in) {
    constexpr requirement of_options = detail::needs_of_options<Spec, Options...>();
    if (of_options.kind != need::nothing) return of_options;
    window const w = padded(in);
    if (Height < 1 || Width < 1 || !pads_half(w.y) || !pads_half(w.x)) return unmet(need::padding_of_half_a_window);
    return {need::at_least, {1, w.y.least_inputs(), w.x.least_inputs()}};
  }
  /// With the padding that the options say.
  [[nodiscard]] static constexpr window padded(shape in) {
    return pooled.same ? core::with_same_padding(pooled.slid, in) : pooled.slid;
  }
  /// With that which rounding up adds, too.
  [[nodiscard]] static constexpr window sliding(shape in) {
    return pooled.ceil_mode ? core::rounded_up(padded(in), in) : padded(in);
  }
  [[nodiscard]] static constexpr shape output(shape in) { return sliding(in).output(in, in.channels); }

 private:
  [[nodiscard]] static constexpr bool pads_half(window_axis const& a) {
    return 2 * core::larger(a.before, a.after) <= a.extent();
  }
};

template <int Height, int Width, class... Options>
struct max_pool_layer : pooling_layer<pooling_spec, Height, Width, Options...> {
  static constexpr char const* name = "max_pool";
  template <class... More>
  consteval max_pool_layer<Height, Width, Options..., More...> operator()(More const&...) const {
    return {};
  }
  template <shape In>
  using operations = type_list<fold::step<maximum_under_window<In, max_pool_layer::sliding(In)>, fold::layer_input>>;
};

template <int Height, int Width, class... Options>
struct average_pool_layer : pooling_layer<averaging_spec, Height, Width, Options...> {
  static constexpr char const* name = "average_pool";
  template <class... More>
  consteval average_pool_layer<Height, Width, Options..., More...> operator()(More const&...) const {
    return {};
  }
  /// The window whose padding counts.
  [[nodiscard]] static constexpr window counted(shape in) {
    window const w = average_pool_layer::padded(in);
    return average_pool_layer::pooled.counts_padding ? w : core::without_padding(w);
  }
  template <shape In>
  using operations =
      type_list<fold::step<average_under_window<In, average_pool_layer::sliding(In), counted(In)>, fold::layer_input>>;
};

struct global_average_pool_layer : layer {
  static constexpr char const* name = "global_average_pool";
  [[nodiscard]] static constexpr window sliding(shape in) { return core::whole_map(in); }
  [[nodiscard]] static constexpr shape output(shape in) { return {in.channels, 1, 1}; }
  template <shape In>
  using operations =
      type_list<fold::step<average_under_window<In, core::whole_map(In), core::whole_map(In)>, fold::layer_input>>;
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Height, layer_types::whole_number Width = Height>
inline constexpr detail::layer_of_whole<layer_types::max_pool_layer<Height.value, Width.value>, Height, Width>
    max_pool{};
template <layer_types::whole_number Height, layer_types::whole_number Width = Height>
inline constexpr detail::layer_of_whole<layer_types::average_pool_layer<Height.value, Width.value>, Height, Width>
    average_pool{};
inline constexpr layer_types::global_average_pool_layer global_average_pool{};

}  // namespace polyfold
