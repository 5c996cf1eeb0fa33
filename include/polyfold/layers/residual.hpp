// residual(body): body(x) + x; residual(body, shortcut): body(x) + shortcut(x) (He et al. 2016). Both branches are chains
// of layers and read the same input: what they compute of it alike (moments) is computed once.
#pragma once

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold::layer_types {

template <shape In>
struct add_operation : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr fold::operation_role role = fold::operation_role::addition;
  static constexpr bool backward_reads_input = false;
  static constexpr bool sets_gradient = true;
  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.additions = In.size();
    return c;
  }

  template <class Scalar, class Out, class First, class Second>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, First a, Second b) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = a(c, y, x) + b(c, y, x);
  }

  template <class Scalar, class Out, class First, class Gradient, class Second, class SecondGradient>
  static void backward(fold::context<Scalar> const& at, Out, Out dout, First, Gradient da, Second, SecondGradient db) {
    auto const pass_on = [&](auto target, bool fresh) {
      if (target.data() == nullptr) return;
      for (int i = 0; i < In.size(); ++i) target[i] = fresh ? Scalar(dout[i]) : target[i] + dout[i];
    };
    pass_on(da, at.fresh[0]);
    pass_on(db, at.fresh[1]);
  }
};

/// The sum of two maps of one shape: joins the branches of a residual block.
struct add_layer : layer {
  static constexpr char const* name = "add";
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<add_operation<In>, fold::layer_input, fold::second_layer_input>>;
};

/// A block of two branches, chains of layers; an empty shortcut is the identity.
template <class Body, class Shortcut>
struct residual_block : layer {};

}  // namespace polyfold::layer_types
