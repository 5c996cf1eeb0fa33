// Elementwise activations: relu, relu6, bounded_relu<n, d>, leaky_relu<n, d>, elu<n, d>, tanh_activation, sigmoid,
// hard_sigmoid, silu, hard_swish, gelu, gelu_tanh. Their functions are in activation_functions.hpp; one of your own goes in
// as activation_layer<your_function>{}.
//
// They work in place. In training those work in place whose derivative follows from their output; the others keep their
// input.
#pragma once

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/activation_functions.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/whole_number.hpp>

namespace polyfold::layer_types {

/// Functions whose derivative follows from f(x) alone.
template <class Function>
concept slopes_from_output = requires(float y) {
  Function::slope_from_output(y);
};

/// Functions that say that they never fall.
template <class Function>
concept nondecreasing_function = requires {
  requires Function::nondecreasing;
};

template <shape In, class Function>
struct apply_elementwise : fold::pixelwise_operation {
  static constexpr shape output = In;
  static constexpr fold::operation_role role = fold::operation_role::activation;
  using function = Function;
  static constexpr bool nondecreasing = nondecreasing_function<Function>;
  static constexpr bool backward_reads_output = slopes_from_output<Function>;
  static constexpr bool backward_reads_input = !backward_reads_output;
  static constexpr bool in_place = true;
  static constexpr bool sets_gradient = true;

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size() * Function::multiplications;
    c.additions = In.size() * Function::additions;
    return c;
  }

  template <class Scalar, class Out, class Input>
  static void forward(fold::context<Scalar> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y) {
        auto const from = in.row(c, y);
        Scalar* const to = out.row(c, y);
        for (int x = 0; x < In.width; ++x) to[x] = Function::value(Scalar(from[x]));
      }
  }

  template <class Scalar, class Out, class Input, class Gradient>
  static void backward(fold::context<Scalar> const& at, Out out, Out dout, Input in, Gradient din) {
    if (din.data() == nullptr) return;
    bool const set = at.fresh[0] || din.data() == dout.data();
    for (int i = 0; i < In.size(); ++i) {
      Scalar const d = dout[i] * slope(out, in, i);
      din[i] = set ? d : din[i] + d;
    }
  }

 private:
  template <class Out, class Input>
  [[nodiscard]] static auto slope([[maybe_unused]] Out out, [[maybe_unused]] Input in, int i) {
    if constexpr (backward_reads_output)
      return Function::slope_from_output(out[i]);
    else
      return Function::slope_from_input(in[i]);
  }
};

}  // namespace polyfold::layer_types

namespace polyfold {

template <class Function>
struct activation_layer : layer {
  using function = Function;
  static constexpr char const* name = Function::name;
  [[nodiscard]] static constexpr requirement needs(shape) { return detail::need_of<Function>; }
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<fold::step<layer_types::apply_elementwise<In, Function>, fold::layer_input>>;
};

inline constexpr activation_layer<layer_types::relu_function> relu{};
template <layer_types::whole_number Bound, layer_types::whole_number Denominator = 1>
inline constexpr detail::layer_of_whole<
    activation_layer<layer_types::bounded_relu_function<Bound.value, Denominator.value>>, Bound, Denominator>
    bounded_relu{};
inline constexpr auto relu6 = bounded_relu<6>;
template <layer_types::whole_number Numerator = 1, layer_types::whole_number Denominator = 100>
inline constexpr detail::layer_of_whole<
    activation_layer<layer_types::leaky_relu_function<Numerator.value, Denominator.value>>, Numerator, Denominator>
    leaky_relu{};
template <layer_types::whole_number Numerator = 1, layer_types::whole_number Denominator = 1>
inline constexpr detail::layer_of_whole<activation_layer<layer_types::elu_function<Numerator.value, Denominator.value>>,
                                        Numerator, Denominator>
    elu{};
/// Not `tanh`, which the C library has at global scope.
inline constexpr activation_layer<layer_types::tanh_function> tanh_activation{};
inline constexpr activation_layer<layer_types::sigmoid_function> sigmoid{};
inline constexpr activation_layer<layer_types::hard_sigmoid_function> hard_sigmoid{};
inline constexpr activation_layer<layer_types::silu_function> silu{};
inline constexpr activation_layer<layer_types::hard_swish_function> hard_swish{};
inline constexpr activation_layer<layer_types::gelu_function> gelu{};
inline constexpr activation_layer<layer_types::gelu_tanh_function> gelu_tanh{};

}  // namespace polyfold
