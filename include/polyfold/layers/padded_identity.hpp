// padded_identity<filters, stride>: the shortcut without weights of a residual network for small images, option A of
// He et al. 2016 (section 4.2): every stride-th pixel in both directions, new channels of zeros.
//
//   out(m, y, x) = in(m - before, y * stride, x * stride) where that channel exists, else 0
//   H_out = (H - 1) / stride + 1, likewise W_out
// The channels of the input lie in the middle of the output's, before = (filters - C) / 2, as the usual PyTorch
// implementations have it; a third argument puts them elsewhere: padded_identity<32, 2, 0> appends the zeros.
#pragma once

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

template <shape In, int Filters, int Stride, int Before>
struct padded_identity_operation : fold::operation {
  static constexpr shape output{Filters, (In.height - 1) / Stride + 1, (In.width - 1) / Stride + 1};
  static constexpr bool backward_reads_input = false;

  [[nodiscard]] static constexpr row_range rows(int y) { return {y * Stride, y * Stride + 1}; }
  [[nodiscard]] static constexpr cost count() { return {}; }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int m = 0; m < Filters; ++m) {
      bool const exists = m >= Before && m < Before + In.channels;
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < output.width; ++x)
          out(m, y, x) = exists ? Scalar(in(m - Before, y * Stride, x * Stride)) : Scalar(0.0f);
    }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const&, Out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    for (int c = 0; c < In.channels; ++c)
      for (int y = 0; y < output.height; ++y)
        for (int x = 0; x < output.width; ++x) din(c, y * Stride, x * Stride) += dout(Before + c, y, x);
  }
};

template <int Filters, int Stride, int Before>
struct padded_identity_layer : layer {
  static constexpr char const* name = "padded_identity";
  static constexpr int filters = Filters;
  static constexpr int stride = Stride < 1 ? 1 : Stride;
  static constexpr int zeros_before = Before;  // channels; -1: as many as make the input's lie in the middle
  [[nodiscard]] static constexpr int before(shape in) { return Before < 0 ? (Filters - in.channels) / 2 : Before; }

  [[nodiscard]] static constexpr requirement needs(shape) {
    if (Filters < 1 || Stride < 1) return unmet(need::channels_and_stride);
    return {need::at_most_channels, {most_channels, 0, 0}};
  }
  [[nodiscard]] static constexpr shape output(shape in) {
    return {Filters, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1};
  }
  template <shape In>
  using operations =
      type_list<fold::step<padded_identity_operation<In, Filters, Stride, before(In)>, fold::layer_input>>;

 private:
  static constexpr int most_channels = Before < 0 ? Filters : Filters - Before;
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <layer_types::whole_number Filters, layer_types::whole_number Stride = 1,
          layer_types::whole_number Before = -1>
inline constexpr detail::layer_of_whole<layer_types::padded_identity_layer<Filters.value, Stride.value, Before.value>,
                                        Filters, Stride, Before>
    padded_identity{};

}  // namespace polyfold
