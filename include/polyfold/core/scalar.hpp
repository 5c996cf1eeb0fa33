// What the layers ask of a scalar, and the functions of it that C++ has no operator for.
//
// Layers are written once for any scalar: `float` runs one image, `lanes<float, 16>` runs sixteen images side by side
// (training), and the tests' counting scalar records every operation that a layer does.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>

#include <polyfold/core/platform.hpp>

namespace polyfold {

/// c + a * b, in one expression so that the compiler may fuse it.
[[nodiscard]] constexpr float mul_add(float a, float b, float c) { return c + a * b; }
/// The larger of the two; NaN where either is NaN.
[[nodiscard]] constexpr float maximum(float a, float b) {
  float const larger = a > b ? a : b;  // b where one is NaN, as the instruction does
  return a != a ? a : larger;
}
/// The largest of the four, the first of equal ones; NaN where one of them is. One comparison tells whether either of two is
/// NaN, so this takes half as many as two at a time do.
[[gnu::always_inline, nodiscard]] inline float maximum(float a, float b, float c, float d) {
  float const ab = b > a ? b : a;
  float const cd = d > c ? d : c;
  float const larger = cd > ab ? cd : ab;
  return std::isunordered(a, b) || std::isunordered(c, d) ? std::numeric_limits<float>::quiet_NaN() : larger;
}
/// The same for any other scalar; one that has something faster has its own.
template <class Scalar>
[[nodiscard]] Scalar maximum(Scalar const& a, Scalar const& b, Scalar const& c, Scalar const& d) {
  return maximum(maximum(d, c), maximum(b, a));
}
/// `a`, but not below `low`; NaN where `a` is NaN. `low` is a number or NaN with `a`: then one instruction does it.
[[nodiscard]] constexpr float at_least(float a, float low) { return low > a ? low : a; }
/// `a`, but not above `high`, likewise.
[[nodiscard]] constexpr float at_most(float a, float high) { return high < a ? high : a; }
/// `yes` where a > b, else `no`.
[[nodiscard]] constexpr float select_greater(float a, float b, float yes, float no) { return a > b ? yes : no; }
[[nodiscard]] inline float exponential(float a) { return std::exp(a); }
[[nodiscard]] inline float hyperbolic_tangent(float a) { return std::tanh(a); }
[[nodiscard]] inline float error_function(float a) { return std::erf(a); }
[[nodiscard]] inline float square_root(float a) { return std::sqrt(a); }
/// Sum over the images that a scalar holds: itself for a single image.
[[nodiscard]] constexpr float horizontal_sum(float a) { return a; }

/// How many images one scalar holds.
template <class Scalar>
inline constexpr int lane_count = 1;

/// Whether a scalar's engine runs on a host, where a table of a basis costs nothing and saves time. Others make the values of
/// functions from a few constants (basis/function_set.hpp).
template <class Scalar>
inline constexpr bool reads_tables = lane_count<Scalar> > 1;

template <class Scalar>
concept scalar = std::copyable<Scalar> && requires(Scalar a, Scalar b, float w) {
  Scalar(w);
  { a + b } -> std::convertible_to<Scalar>;
  { a - b } -> std::convertible_to<Scalar>;
  { a* w } -> std::convertible_to<Scalar>;
  { a* b } -> std::convertible_to<Scalar>;
  { a / b } -> std::convertible_to<Scalar>;
  a += b;
  { mul_add(a, w, b) } -> std::convertible_to<Scalar>;
  { maximum(a, b) } -> std::convertible_to<Scalar>;
  { at_least(a, b) } -> std::convertible_to<Scalar>;
  { at_most(a, b) } -> std::convertible_to<Scalar>;
  { select_greater(a, b, a, b) } -> std::convertible_to<Scalar>;
};

}  // namespace polyfold
