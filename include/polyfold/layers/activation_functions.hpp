// The functions of elementwise activations, with PyTorch's definitions. A function is a type with these static members:
//
//   name                          the field's term for it
//   multiplications, additions    of f for one number; comparisons, exponentials and divisions are not counted
//   value(x)                      f(x), for any scalar (core/scalar.hpp); NaN where x is NaN
//   slope_from_output(y), slope_from_input(x)
//                                 f'(x), given f(x) or given x: one of the two, which is what backward keeps
//   nondecreasing = true          f never falls, so it may change places with a maximum; without it that is not assumed
//   parameter                     what its type says beyond the name, if anything
//   needs                         what it requires of the numbers in its type (core/joint.hpp), if anything
#pragma once

#include <polyfold/core/joint.hpp>
#include <polyfold/core/scalar.hpp>

namespace polyfold::layer_types {

/// f(x) = max(x, 0)
struct relu_function {
  static constexpr char const* name = "relu";
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return at_least(x, Scalar(0.0f));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return select_greater(y, Scalar(0.0f), Scalar(1.0f), Scalar(0.0f));
  }
};

/// f(x) = min(max(x, 0), Numerator / Denominator)
template <int Numerator, int Denominator>
struct bounded_relu_function {
  static constexpr requirement needs = Numerator > 0 && Denominator > 0 ? requirement{} : unmet(need::bound_above_zero);
  static constexpr char const* name = "bounded_relu";
  static constexpr float parameter = float(Numerator) / float(Denominator);
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return at_most(at_least(x, Scalar(0.0f)), Scalar(parameter));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return select_greater(y, Scalar(0.0f), select_greater(Scalar(parameter), y, Scalar(1.0f), Scalar(0.0f)),
                          Scalar(0.0f));
  }
};

/// f(x) = x for x > 0, else x * Numerator / Denominator
template <int Numerator, int Denominator>
struct leaky_relu_function {
  static constexpr requirement needs = Numerator > 0 && Denominator > Numerator ? requirement{}
                                                                                : unmet(need::leak_below_one);
  static constexpr char const* name = "leaky_relu";
  static constexpr float parameter = float(Numerator) / float(Denominator);
  static constexpr int multiplications = 1;
  static constexpr int additions = 0;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return at_least(x, Scalar(x * parameter));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return select_greater(y, Scalar(0.0f), Scalar(1.0f), Scalar(parameter));
  }
};

/// f(x) = x for x > 0, else (exp(x) - 1) * Numerator / Denominator (Clevert, Unterthiner & Hochreiter 2016)
template <int Numerator, int Denominator>
struct elu_function {
  static constexpr requirement needs = Numerator > 0 && Denominator > 0 ? requirement{} : unmet(need::alpha_above_zero);
  static constexpr char const* name = "elu";
  static constexpr float parameter = float(Numerator) / float(Denominator);
  static constexpr int multiplications = Numerator == Denominator ? 0 : 1;
  static constexpr int additions = 1;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    Scalar const below = exponential(x) - Scalar(1.0f);
    if constexpr (Numerator == Denominator)
      return select_greater(x, Scalar(0.0f), x, below);
    else
      return select_greater(x, Scalar(0.0f), x, Scalar(below * parameter));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return select_greater(y, Scalar(0.0f), Scalar(1.0f), Scalar(y + Scalar(parameter)));
  }
};

/// f(x) = tanh(x)
struct tanh_function {
  static constexpr char const* name = "tanh";
  static constexpr int multiplications = 0;
  static constexpr int additions = 0;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return hyperbolic_tangent(x);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return Scalar(1.0f) - y * y;
  }
};

/// f(x) = 1 / (1 + exp(-x))
struct sigmoid_function {
  static constexpr char const* name = "sigmoid";
  static constexpr int multiplications = 0;
  static constexpr int additions = 1;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return Scalar(1.0f) / (Scalar(1.0f) + exponential(Scalar(0.0f) - x));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return y * (Scalar(1.0f) - y);
  }
};

/// f(x) = min(max(x + 3, 0), 6) / 6
struct hard_sigmoid_function {
  static constexpr char const* name = "hard_sigmoid";
  static constexpr int multiplications = 1;
  static constexpr int additions = 1;
  static constexpr bool nondecreasing = true;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return at_most(at_least(Scalar(x + Scalar(3.0f)), Scalar(0.0f)), Scalar(6.0f)) * (1.0f / 6);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_output(Scalar const& y) {
    return select_greater(y, Scalar(0.0f), select_greater(Scalar(1.0f), y, Scalar(1.0f / 6), Scalar(0.0f)),
                          Scalar(0.0f));
  }
};

/// f(x) = x * sigmoid(x), also called swish (Elfwing, Uchibe & Doya 2018)
struct silu_function {
  static constexpr char const* name = "silu";
  static constexpr int multiplications = 0;
  static constexpr int additions = 1;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return x / (Scalar(1.0f) + exponential(Scalar(0.0f) - x));
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_input(Scalar const& x) {
    Scalar const s = sigmoid_function::value(x);
    return s * mul_add(x, Scalar(Scalar(1.0f) - s), Scalar(1.0f));
  }
};

/// f(x) = x * hard_sigmoid(x) (Howard et al. 2019)
struct hard_swish_function {
  static constexpr char const* name = "hard_swish";
  static constexpr int multiplications = 2;
  static constexpr int additions = 1;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    return x * hard_sigmoid_function::value(x);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_input(Scalar const& x) {
    Scalar const between = mul_add(x, 1.0f / 3, Scalar(0.5f));
    return select_greater(x, Scalar(-3.0f), select_greater(Scalar(3.0f), x, between, Scalar(1.0f)), Scalar(0.0f));
  }
};

/// f(x) = x * (1 + erf(x / sqrt(2))) / 2 (Hendrycks & Gimpel 2016)
struct gelu_function {
  static constexpr char const* name = "gelu";
  static constexpr int multiplications = 3;
  static constexpr int additions = 1;
  static constexpr float inverse_root = 0.70710678f;  // 1 / sqrt(2)
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    Scalar const half = x * 0.5f;
    return mul_add(half, error_function(Scalar(x * inverse_root)), half);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_input(Scalar const& x) {
    constexpr float peak = 0.39894228f;  // of the normal density: 1 / sqrt(2 pi)
    Scalar const density = exponential(Scalar(x * x * -0.5f)) * peak;
    return mul_add(x, density, mul_add(error_function(Scalar(x * inverse_root)), 0.5f, Scalar(0.5f)));
  }
};

/// f(x) = x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2, PyTorch's GELU with approximate='tanh'
struct gelu_tanh_function {
  static constexpr char const* name = "gelu_tanh";
  static constexpr int multiplications = 5;
  static constexpr int additions = 2;
  static constexpr float linear_term = 0.79788456f;  // sqrt(2 / pi)
  static constexpr float cubic_term = 0.044715f * linear_term;
  template <class Scalar>
  [[nodiscard]] static Scalar value(Scalar const& x) {
    Scalar const half = x * 0.5f;
    return mul_add(half, hyperbolic_tangent(Scalar(x * mul_add(Scalar(x * x), cubic_term, Scalar(linear_term)))), half);
  }
  template <class Scalar>
  [[nodiscard]] static Scalar slope_from_input(Scalar const& x) {
    Scalar const square = x * x;
    Scalar const t = hyperbolic_tangent(Scalar(x * mul_add(square, cubic_term, Scalar(linear_term))));
    Scalar const inner = mul_add(square, 3 * cubic_term, Scalar(linear_term));
    return (Scalar(1.0f) + t + x * (Scalar(1.0f) - t * t) * inner) * 0.5f;
  }
};

}  // namespace polyfold::layer_types
