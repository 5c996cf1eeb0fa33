// Element-wise activations: relu, leaky_relu<n, d>, tanh_activation, sigmoid. They work in place.
//
// Each is one function f and its derivative in terms of the output, f'(x) = slope(f(x)): backward needs no input. What f
// multiplies and adds for one number is counted; comparisons, exponentials and divisions are not.
#pragma once

#include <polyfold/fold/operation.hpp>
#include <polyfold/layers/layer.hpp>

namespace polyfold {

/// f(x) = max(x, 0)
struct relu_function {
  static constexpr char const* name = "relu";
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return maximum(x, T(0.0f));
  }
  template <class T>
  [[nodiscard]] static T slope(T const& y) {
    return select_greater(y, T(0.0f), T(1.0f), T(0.0f));
  }
};

/// f(x) = x for x > 0, else x * Numerator / Denominator
template <int Numerator, int Denominator>
struct leaky_relu_function {
  static_assert(Numerator > 0 && Denominator > Numerator, "polyfold: the leak of leaky_relu lies between 0 and 1");
  static constexpr char const* name = "leaky_relu";
  static constexpr float leak = float(Numerator) / float(Denominator);
  static constexpr int multiplications = 1;
  static constexpr int additions = 0;
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return maximum(x, T(x * leak));
  }
  template <class T>
  [[nodiscard]] static T slope(T const& y) {
    return select_greater(y, T(0.0f), T(1.0f), T(leak));
  }
};

/// f(x) = tanh(x)
struct tanh_function {
  static constexpr char const* name = "tanh";
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return hyperbolic_tangent(x);
  }
  template <class T>
  [[nodiscard]] static T slope(T const& y) {
    return T(1.0f) - y * y;
  }
};

/// f(x) = 1 / (1 + exp(-x))
struct sigmoid_function {
  static constexpr char const* name = "sigmoid";
  static constexpr int multiplications = 0;
  static constexpr int additions = 1;
  template <class T>
  [[nodiscard]] static T value(T const& x) {
    return T(1.0f) / (T(1.0f) + exponential(T(0.0f) - x));
  }
  template <class T>
  [[nodiscard]] static T slope(T const& y) {
    return y * (T(1.0f) - y);
  }
};

template <shape In, class Function>
struct apply_elementwise : pixelwise_operation {
  static constexpr shape output = In;
  static constexpr bool backward_reads_input = false;
  static constexpr bool in_place = true;
  static constexpr bool backward_reads_output = true;

  [[nodiscard]] static constexpr cost count() {
    cost c;
    c.multiplications = In.size() * Function::multiplications;
    c.additions = In.size() * Function::additions;
    return c;
  }

  template <class T, class Out, class Input>
  static void forward(context<T> const&, row_range rows, Out out, Input in) {
    for (int c = 0; c < In.channels; ++c)
      for (int y = rows.first; y < rows.last; ++y)
        for (int x = 0; x < In.width; ++x) out(c, y, x) = Function::value(T(in(c, y, x)));
  }

  template <class T, class Out, class Input, class Gradient>
  static void backward(context<T> const&, Out out, Out dout, Input, Gradient din) {
    if (din.data() == nullptr) return;
    bool const same = din.data() == dout.data();
    for (int i = 0; i < In.size(); ++i) {
      T const d = dout[i] * Function::slope(out[i]);
      din[i] = same ? d : din[i] + d;
    }
  }
};

template <class Function>
struct activation_layer : layer {
  using function = Function;
  static constexpr char const* name = Function::name;
  [[nodiscard]] static constexpr shape output(shape in) { return in; }
  template <shape In>
  using operations = type_list<step<apply_elementwise<In, Function>, layer_input>>;
};

inline constexpr activation_layer<relu_function> relu{};
template <int Numerator = 1, int Denominator = 100>
inline constexpr activation_layer<leaky_relu_function<Numerator, Denominator>> leaky_relu{};
/// Not `tanh`, which the C library has at global scope.
inline constexpr activation_layer<tanh_function> tanh_activation{};
inline constexpr activation_layer<sigmoid_function> sigmoid{};

}  // namespace polyfold
