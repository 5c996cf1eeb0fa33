// simd_scalar<Vector>: a float whose type names the instruction set of the code that computes with it.
//
// Operations of a packed network that have no kernel of their own run their portable code on it. On plain float their
// functions would have the same names in every file of a program; a linker keeps one of equal names, and an older
// processor could then run code for a newer one.
#pragma once

#include <polyfold/core/scalar.hpp>

namespace polyfold::simd {

template <class Vector>
class simd_scalar {
 public:
  simd_scalar() = default;
  explicit simd_scalar(float a) : value_(a) {}
  explicit operator float() const { return value_; }

  /// Floats in memory, seen as these.
  [[nodiscard]] static simd_scalar* at(float* memory) { return reinterpret_cast<simd_scalar*>(memory); }
  [[nodiscard]] static simd_scalar const* at(float const* memory) {
    return reinterpret_cast<simd_scalar const*>(memory);
  }

  simd_scalar& operator+=(simd_scalar b) { return *this = *this + b; }
  friend simd_scalar operator+(simd_scalar a, simd_scalar b) { return simd_scalar(a.value_ + b.value_); }
  friend simd_scalar operator-(simd_scalar a, simd_scalar b) { return simd_scalar(a.value_ - b.value_); }
  friend simd_scalar operator*(simd_scalar a, simd_scalar b) { return simd_scalar(a.value_ * b.value_); }
  friend simd_scalar operator*(simd_scalar a, float b) { return simd_scalar(a.value_ * b); }
  friend simd_scalar operator/(simd_scalar a, simd_scalar b) { return simd_scalar(a.value_ / b.value_); }
  friend simd_scalar mul_add(simd_scalar a, simd_scalar b, simd_scalar c) {
    return simd_scalar(mul_add(a.value_, b.value_, c.value_));
  }
  friend simd_scalar mul_add(simd_scalar a, float b, simd_scalar c) {
    return simd_scalar(mul_add(a.value_, b, c.value_));
  }
  friend simd_scalar maximum(simd_scalar a, simd_scalar b) { return simd_scalar(maximum(a.value_, b.value_)); }
  friend simd_scalar at_least(simd_scalar a, simd_scalar low) { return simd_scalar(at_least(a.value_, low.value_)); }
  friend simd_scalar at_most(simd_scalar a, simd_scalar high) { return simd_scalar(at_most(a.value_, high.value_)); }
  friend simd_scalar select_greater(simd_scalar a, simd_scalar b, simd_scalar yes, simd_scalar no) {
    return simd_scalar(select_greater(a.value_, b.value_, yes.value_, no.value_));
  }
  friend simd_scalar exponential(simd_scalar a) { return simd_scalar(exponential(a.value_)); }
  friend simd_scalar hyperbolic_tangent(simd_scalar a) { return simd_scalar(hyperbolic_tangent(a.value_)); }
  friend simd_scalar error_function(simd_scalar a) { return simd_scalar(error_function(a.value_)); }
  friend simd_scalar square_root(simd_scalar a) { return simd_scalar(square_root(a.value_)); }
  friend float horizontal_sum(simd_scalar a) { return a.value_; }

 private:
  float value_;
};

}  // namespace polyfold::simd

namespace polyfold {

template <class Vector>
inline constexpr bool reads_tables<simd::simd_scalar<Vector>> = true;

}  // namespace polyfold
