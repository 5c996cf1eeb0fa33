// scale_shift: y = scale x + shift, per channel. Stored: C scales, then C shifts. What batch norm is once it is trained:
// fit/fold_batch_norm.hpp puts it behind layers that cannot take batch norm up.
#pragma once

#include <array>

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold::layer_types {

template <shape In>
struct scale_shift_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr fold::operation_role role = fold::operation_role::scale_shift;
  static constexpr int parameters = 2 * In.channels;
  static constexpr bool in_place = true;
  static constexpr bool sets_gradient = true;

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size();
    c.additions = In.size();
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const& at, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c) {
      Scalar const shift(at.parameters[In.channels + c]);
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = mul_add(Scalar(in(c, y, x)), at.parameters[c], shift);
    }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, Input in, Gradient din) {
    for (int c = 0; c < In.channels; ++c) {
      Scalar d_scale(0.0f);
      Scalar d_shift(0.0f);
      for (int i = 0; i < In.pixels(); ++i) {
        Scalar const d = dout.row(c, 0)[i];
        d_scale = mul_add(d, Scalar(in.row(c, 0)[i]), d_scale);
        d_shift += d;
        if (din.data() == nullptr) continue;
        Scalar& target = din.row(c, 0)[i];
        target = at.fresh[0] ? d * at.parameters[c] : mul_add(d, at.parameters[c], target);
      }
      at.gradient[c] += horizontal_sum(d_scale);
      at.gradient[In.channels + c] += horizontal_sum(d_shift);
    }
  }
};

struct scale_shift_layer : layer {
  static constexpr char const* name = "scale_shift";
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<scale_shift_operation<In>, fold::layer_input>>;
  template <shape In>
  static constexpr std::array parts{stored_part{.name = "scale", .count = In.channels, .initial = 1},
                                    stored_part{.name = "shift", .count = In.channels}};

  /// Dense weights before it would take the scales up, and leave a bias for every channel.
  template <shape In>
  [[nodiscard]] static constexpr cost dense_cost() {
    cost c;
    c.dense_parameters = In.channels;
    c.dense_additions = In.size();
    return c;
  }
};

}  // namespace polyfold::layer_types

namespace polyfold {

inline constexpr layer_types::scale_shift_layer scale_shift{};

}  // namespace polyfold
