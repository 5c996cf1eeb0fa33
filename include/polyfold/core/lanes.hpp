// lanes<float, N>: N images side by side in one scalar, so that every layer runs vectorised over the batch whatever its
// width, stride or padding. N is fixed by the type, not by the machine's vector width.
#pragma once

#include <cmath>
#include <cstring>
#include <type_traits>

#include <polyfold/core/scalar.hpp>

namespace polyfold {

namespace detail {
#if defined(__AVX512F__)
inline constexpr int native_floats = 16;
#elif defined(__AVX__)
inline constexpr int native_floats = 8;
#else
inline constexpr int native_floats = 4;
#endif
typedef float native_vector __attribute__((vector_size(native_floats * sizeof(float))));
}  // namespace detail

template <class T, int N>
class lanes;

/// N floats, N a multiple of 16. Arithmetic is element by element; a float operand is the same for all lanes.
template <int N>
class lanes<float, N> {
  static_assert(N > 0 && N % 16 == 0, "polyfold: a batch is held in lanes of a multiple of 16 images");

 public:
  using vector = detail::native_vector;
  static constexpr int parts = N / detail::native_floats;

  lanes() = default;
  explicit lanes(float a) {
    for (int i = 0; i < parts; ++i) v_[i] = vector{} + a;
  }

  [[nodiscard]] float operator[](int lane) const {
    return v_[lane / detail::native_floats][lane % detail::native_floats];
  }
  void set(int lane, float a) { v_[lane / detail::native_floats][lane % detail::native_floats] = a; }

  lanes& operator+=(lanes const& b) { return *this = *this + b; }
  lanes& operator-=(lanes const& b) { return *this = *this - b; }

  friend lanes operator+(lanes const& a, lanes const& b) {
    return zip(a, b, [](vector x, vector y) { return x + y; });
  }
  friend lanes operator-(lanes const& a, lanes const& b) {
    return zip(a, b, [](vector x, vector y) { return x - y; });
  }
  friend lanes operator*(lanes const& a, lanes const& b) {
    return zip(a, b, [](vector x, vector y) { return x * y; });
  }
  friend lanes operator/(lanes const& a, lanes const& b) {
    return zip(a, b, [](vector x, vector y) { return x / y; });
  }
  friend lanes operator*(lanes const& a, float b) {
    return map(a, [b](vector x) { return x * b; });
  }
  friend lanes mul_add(lanes const& a, float b, lanes const& c) {
    return zip(a, c, [b](vector x, vector z) { return z + x * b; });
  }
  friend lanes mul_add(lanes const& a, lanes const& b, lanes const& c) {
    lanes out;
    for (int i = 0; i < parts; ++i) out.v_[i] = c.v_[i] + a.v_[i] * b.v_[i];
    return out;
  }
  friend lanes maximum(lanes const& a, lanes const& b) {
    return zip(a, b, [](vector x, vector y) {
      vector const larger = x > y ? x : y;  // y where one is NaN
      return nan_where(x != x, larger);
    });
  }
  friend lanes maximum(lanes const& a, lanes const& b, lanes const& c, lanes const& d) {
    lanes out;
    for (int i = 0; i < parts; ++i) {
      vector const x = a.v_[i], y = b.v_[i], z = c.v_[i], w = d.v_[i];
      vector const xy = y > x ? y : x;
      vector const zw = w > z ? w : z;
      out.v_[i] = nan_where((x != x) | (y != y) | (z != z) | (w != w), zw > xy ? zw : xy);
    }
    return out;
  }
  friend lanes at_least(lanes const& a, lanes const& low) {
    return zip(a, low, [](vector x, vector y) { return y > x ? y : x; });
  }
  friend lanes at_most(lanes const& a, lanes const& high) {
    return zip(a, high, [](vector x, vector y) { return y < x ? y : x; });
  }
  friend lanes select_greater(lanes const& a, lanes const& b, lanes const& yes, lanes const& no) {
    lanes out;
    for (int i = 0; i < parts; ++i) out.v_[i] = a.v_[i] > b.v_[i] ? yes.v_[i] : no.v_[i];
    return out;
  }
  /// Of magnitudes below 2^31.
  friend lanes whole_part(lanes const& a) {
    return map(a, [](vector x) { return __builtin_convertvector(__builtin_convertvector(x, mask), vector); });
  }
  friend lanes exponential(lanes const& a) {
    return each(a, [](float x) { return std::exp(x); });
  }
  friend lanes hyperbolic_tangent(lanes const& a) {
    return each(a, [](float x) { return std::tanh(x); });
  }
  friend lanes error_function(lanes const& a) {
    return each(a, [](float x) { return std::erf(x); });
  }
  friend lanes square_root(lanes const& a) {
    return each(a, [](float x) { return std::sqrt(x); });
  }
  friend float horizontal_sum(lanes const& a) {
    // By halves, so that the order of the additions is the same for every vector width.
    typedef float quad __attribute__((vector_size(4 * sizeof(float))));
    quad sums[std::size_t(N / 4)];
    std::memcpy(sums, a.v_, sizeof sums);
    for (int i = 4; i < N / 4; ++i) sums[i % 4] += sums[i];
    quad const four = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    quad const two = four + __builtin_shufflevector(four, four, 2, 3, 2, 3);
    return two[0] + two[1];
  }

 private:
  using mask = decltype(vector{} != vector{});
  /// `a`, but NaN where `nan` has all bits set, as NaN may have: to or them takes less than to choose.
  static vector nan_where(mask nan, vector a) { return reinterpret_cast<vector>(reinterpret_cast<mask>(a) | nan); }
  template <class F>
  static lanes map(lanes const& a, F f) {
    lanes out;
    for (int i = 0; i < parts; ++i) out.v_[i] = f(a.v_[i]);
    return out;
  }
  template <class F>
  static lanes zip(lanes const& a, lanes const& b, F f) {
    lanes out;
    for (int i = 0; i < parts; ++i) out.v_[i] = f(a.v_[i], b.v_[i]);
    return out;
  }
  template <class F>
  static lanes each(lanes const& a, F f) {
    lanes out;
    for (int i = 0; i < N; ++i) out.set(i, f(a[i]));
    return out;
  }

  vector v_[std::size_t(parts)];
};

template <int N>
inline constexpr int lane_count<lanes<float, N>> = N;

}  // namespace polyfold
