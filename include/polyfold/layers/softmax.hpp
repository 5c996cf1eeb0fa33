// softmax: exp(x_c) / sum over channels of exp(x), at every pixel. The largest input is subtracted first, so that no
// exponential overflows. Training networks end in logits instead: the loss includes it.
#pragma once

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold::layer_types {

template <shape In>
struct softmax_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr bool backward_reads_input = false;
  static constexpr bool in_place = true;
  static constexpr bool backward_reads_output = true;

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size();  // one reciprocal per pixel is left out, like the exponentials
    c.additions = static_cast<long long>(2 * In.channels - 1) * In.pixels();
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int y = rows.first; y < rows.last; ++y)
      for (int x = 0; x < In.width; ++x) {
        Scalar largest = in(0, y, x);
        for (int c = 1; c < In.channels; ++c) largest = maximum(largest, Scalar(in(c, y, x)));
        Scalar sum = Scalar(0.0f);
        for (int c = 0; c < In.channels; ++c) {
          Scalar const e = exponential(Scalar(in(c, y, x) - largest));
          out(c, y, x) = e;
          sum += e;
        }
        Scalar const scale = Scalar(1.0f) / sum;
        for (int c = 0; c < In.channels; ++c) out(c, y, x) = out(c, y, x) * scale;
      }
  }

  /// d in_c = y_c (d out_c - sum over k of y_k d out_k)
  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const&, Out out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    bool const same = din.data() == dout.data();
    for (int y = 0; y < In.height; ++y)
      for (int x = 0; x < In.width; ++x) {
        Scalar weighted = Scalar(0.0f);
        for (int c = 0; c < In.channels; ++c) weighted = mul_add(out(c, y, x), dout(c, y, x), weighted);
        for (int c = 0; c < In.channels; ++c) {
          Scalar const d = out(c, y, x) * (dout(c, y, x) - weighted);
          din(c, y, x) = same ? d : din(c, y, x) + d;
        }
      }
  }
};

struct softmax_layer : layer {
  static constexpr char const* name = "softmax";
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<softmax_operation<In>, fold::layer_input>>;
};

}  // namespace polyfold::layer_types

namespace polyfold {

inline constexpr layer_types::softmax_layer softmax{};

}  // namespace polyfold
