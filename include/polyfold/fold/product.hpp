// C.(moments): the only general multiplications of a folded layer, and the whole of a dense one. A convolution with
// Filters x C/Groups x R x S weights, in this order, followed by the biases.
#pragma once

#include <algorithm>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/fold/bias.hpp>
#include <polyfold/fold/operation_form.hpp>
#include <polyfold/kernels/convolution.hpp>
#include <polyfold/kernels/weight_gradient.hpp>

namespace polyfold::fold {

namespace detail {
/// The window of the gradient of the input, with which the output is convolved; and where there is one.
[[nodiscard]] constexpr window_axis flipped(window_axis const& a) {
  return {a.size, 1, a.extent() - 1 - a.before, a.extent() - 1 - a.after, a.dilation};
}
[[nodiscard]] constexpr bool flippable(window_axis const& a) {
  return a.stride == 1 && a.before < a.extent() && a.after < a.extent();
}
}  // namespace detail

template <shape In, int Filters, window W, int Groups, bias_rule Bias>
struct product : operation {
  using bias = biases<Filters, Bias>;
  static constexpr int channels = In.channels / Groups;
  static constexpr operation_form form = product_of(In, Filters, W, Groups, Bias);
  static constexpr int fan_in = form.fan_in();
  static constexpr int weights = form.coefficients();
  static constexpr shape output = form.output();
  static constexpr operation_role role = operation_role::product;
  static constexpr operation_epilogue takes_in = operation_epilogue::squares;
  static constexpr window input_window = W;
  static constexpr int filter_groups = Groups;

  /// A window over the whole input reads each group's channels as one vector, in the order that they are stored.
  static constexpr bool whole = W.covers(In);
  static constexpr shape read = whole ? shape{In.channels * In.pixels(), 1, 1} : In;
  static constexpr window slid = whole ? window{} : W;

  static constexpr int parameters = form.parameters();
  static constexpr int scratch = bias::scratch;
  static constexpr auto constants = sets_of<form.set_count()>(form);
  static constexpr bool sets_gradient = true;
  static constexpr row_order by_rows = W == window{} && In.height > 1 ? row_order::ends : row_order::whole;
  static constexpr int backward_scratch = whole ? kernels::outer_product_scratch(read.channels / Groups) : 0;

  [[nodiscard]] static constexpr row_range rows(int y) { return core::rows_under(W, y, In.height); }

  [[nodiscard]] static constexpr cost count() { return form.count(); }

  template <class Scalar, class Out, class Input>
  static void forward(context<Scalar> const& at, row_range rows, Out out, Input in) {
    write<identity, false>(at, rows, out, in);
  }
  template <class Function, class Scalar, class Out, class Input>
  static void forward_then(context<Scalar> const& at, row_range rows, Out out, Input in) {
    write<Function, false>(at, rows, out, in);
  }
  /// Rows of squares.
  template <class Function, class Scalar, class Out, class Input>
  static void forward_squares(context<Scalar> const& at, row_range rows, Out out, Input in) {
    write<Function, true>(at, rows, out, in);
  }

  /// The multiplications of forward, with weights behind any kind of pointer: filter m's sums begin with start(m), and
  /// store(m, y, x, sum) takes them, or the largest of each 2 x 2 of them.
  template <class Scalar, bool Squares, class Pointer, class Input, class Start, class Store>
  static void multiply(Pointer weights_, row_range rows, Input in, Start start, Store store) {
    auto const begin = [&](int m, int, int) { return start(m); };
    if constexpr (Squares)
      forward_kernel::template run_squares<Scalar>(weights_, reading(in), rows, begin, store);
    else
      forward_kernel::template run<Scalar>(weights_, reading(in), rows, begin, store);
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    backward_bias(at, dout);
    if constexpr (whole)
      kernels::add_outer_products<read.channels / Groups, Filters / Groups, Groups>(at.gradient, reading(in), dout,
                                                                                    at.scratch);
    else
      backward_weights(at, row_range{0, output.height}, dout, in);
    if (din.data() == nullptr) return;
    if constexpr (flippable) {
      backward_input(at, row_range{0, read.height}, dout, reading(din));
    } else {
      if (at.fresh[0]) std::fill_n(din.data(), In.size(), Scalar(0.0f));
      scatter(at, dout, din);
    }
  }

  /// The parts of backward: of the biases; of the weights, over some output rows; of some input rows.
  template <class Scalar, class Out>
  static void backward_bias(context<Scalar> const& at, Out dout) {
    bias::backward(at.gradient + weights, [&](int m) { return detail::sum_of_channel(dout, m); });
  }
  template <class Scalar, class Out, class Input>
  static void backward_weights(context<Scalar> const& at, row_range rows, Out dout, Input in) {
    kernels::add_weight_gradient<In, Filters, W, Groups, Scalar>(at.gradient, in, dout, rows);
  }
  template <class Scalar, class Out, class Gradient>
  static void backward_input(context<Scalar> const& at, row_range rows, Out dout, Gradient din) {
    input_kernel::template run<Scalar>(
        at.parameters, dout, rows,
        [&](int c, int y, int x) { return at.fresh[0] ? Scalar(0.0f) : Scalar(din(c, y, x)); },
        [&](int c, int y, int x, Scalar const& sum) { din(c, y, x) = sum; });
  }

 private:
  template <class Function, bool Squares, class Scalar, class Out, class Input>
  static void write(context<Scalar> const& at, row_range rows, Out out, Input in) {
    bias::prepare(at.parameters + weights, at.scratch);
    multiply<Scalar, Squares>(
        at.parameters, rows, in,
        [&](int m) { return bias::template start<Scalar>(at.parameters + weights, at.scratch, m); },
        [&](int m, int y, int x, Scalar const& sum) { out(m, y, x) = Function::value(sum); });
  }

  static constexpr int area = slid.area();
  static constexpr int kept = fan_in / area * area;  // weights of one filter
  using forward_kernel =
      kernels::convolution_kernel<read, Filters, slid, Groups,
                                  kernels::weight_strides{0, Filters / Groups* kept, kept, area, slid.x.size, 1}>;

  /// The gradient of the input of a stride-1 convolution is a convolution with the flipped kernel.
  static constexpr bool flippable = detail::flippable(slid.y) && detail::flippable(slid.x);
  static constexpr window flipped{detail::flipped(slid.y), detail::flipped(slid.x)};
  using input_kernel = kernels::convolution_kernel<output, read.channels, flipped, Groups,
                                                   kernels::weight_strides{area - 1, Filters / Groups* kept, area, kept,
                                                                           -slid.x.size, -1}>;

  template <class View>
  [[nodiscard]] static auto reading(View in) {
    if constexpr (whole)
      return in.template as<read>();
    else
      return in;
  }

  template <class Scalar, class Out, class Gradient>
  static void scatter(context<Scalar> const& at, Out dout, Gradient din) {
    constexpr int per_group = Filters / Groups;
    for (int m = 0; m < Filters; ++m)
      for (int y = 0; y < output.height; ++y) {
        int const top = W.y.start(y);
        index_range const window_rows = W.y.inside(top, In.height);
        for (int x = 0; x < output.width; ++x) {
          int const left = W.x.start(x);
          index_range const columns = W.x.inside(left, In.width);
          Scalar const d = dout(m, y, x);
          for (int c = 0; c < channels; ++c)
            for (int r = window_rows.first; r < window_rows.last; ++r) {
              float const* const w = at.parameters + m * fan_in + c * W.area() + r * W.x.size;
              Scalar* const target = din.row(m / per_group * channels + c, top + r * W.y.dilation);
              for (int s = columns.first; s < columns.last; ++s) {
                Scalar& sum = target[left + s * W.x.dilation];
                sum = mul_add(d, w[s], sum);
              }
            }
        }
      }
  }
};

}  // namespace polyfold::fold
