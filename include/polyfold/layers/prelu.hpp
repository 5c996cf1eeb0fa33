// prelu: y = x for x > 0, else slope x, with a trained slope for each channel (He et al. 2015). Stored: C slopes.
#pragma once

#include <array>

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold::layer_types {

template <shape In>
struct prelu_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr int parameters = In.channels;
  static constexpr bool in_place = true;
  static constexpr bool sets_gradient = true;

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size();
    return c;
  }

  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x, float slope) {
    return select_greater(x, Scalar(0.0f), x, Scalar(x * slope));
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = value(Scalar(in(c, y, x)), at.parameters[c]);
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    Scalar const zero(0.0f);
    for (int c = 0; c < In.channels; ++c) {
      Scalar d_slope = zero;
      for (int i = 0; i < In.pixels(); ++i) {
        Scalar const d = dout.row(c, 0)[i];
        Scalar const x = in.row(c, 0)[i];
        d_slope += select_greater(x, zero, zero, Scalar(d * x));
        if (din.data() == nullptr) continue;
        Scalar const step = select_greater(x, zero, d, Scalar(d * at.parameters[c]));
        Scalar& target = din.row(c, 0)[i];
        target = at.fresh[0] ? step : target + step;
      }
      at.gradient[c] += horizontal_sum(d_slope);
    }
  }
};

struct prelu_layer : layer {
  static constexpr char const* name = "prelu";
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<prelu_operation<In>, fold::layer_input>>;
  template <shape In>
  static constexpr std::array parts{stored_part{.name = "slope", .count = In.channels, .initial = 0.25f}};
};

}  // namespace polyfold::layer_types

namespace polyfold {

inline constexpr layer_types::prelu_layer prelu{};

}  // namespace polyfold
