// simd_vector<Arch>: the floats of one register of an instruction set, neighbouring pixels or filters side by side.
//
// It is a scalar in the sense of core/scalar.hpp, so moments, expansions and activations that are written once for any
// scalar run on it as they are. xsimd gives the arithmetic; what it lacks (partial loads and stores, transposition) is
// here, for every instruction set, with the masked moves of AVX-512 where they exist.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include <xsimd/xsimd.hpp>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <polyfold/core/c_array.hpp>
#include <polyfold/core/scalar.hpp>

namespace polyfold::simd {

template <class Arch>
class simd_vector {
 public:
  using batch = xsimd::batch<float, Arch>;
  using arch = Arch;
  static constexpr int size = static_cast<int>(batch::size);
  /// Vector registers of the instruction set.
  static constexpr int registers = size == 16 || std::is_base_of_v<xsimd::neon, Arch> ? 32 : 16;

  simd_vector() = default;
  simd_vector(batch const& v) : v_(v) {}
  explicit simd_vector(float a) : v_(a) {}

  [[nodiscard]] static simd_vector load(float const* from) { return batch::load_unaligned(from); }
  void store(float* to) const { v_.store_unaligned(to); }

  /// Elements First to First + Count - 1 from consecutive floats, the others zero. No other memory is touched.
  template <int First, int Count>
  [[nodiscard]] static simd_vector load_lanes(float const* from) {
    static_assert(First >= 0 && Count > 0 && First + Count <= size);
    if constexpr (Count == size) return load(from);
#if defined(__AVX512F__)
    if constexpr (halves<First, Count>) {
      __m256 const half = _mm256_loadu_ps(from);
      return batch(First == 0 ? _mm512_zextps256_ps512(half) : _mm512_insertf32x8(_mm512_setzero_ps(), half, 1));
    } else if constexpr (size == 16) {
      return batch(_mm512_maskz_loadu_ps(mask<First, Count>, from - First));
    }
#endif
    core::c_array<float, size> whole = {};
    std::memcpy(whole + First, from, Count * sizeof(float));
    return load(whole);
  }
  template <int First, int Count>
  void store_lanes(float* to) const {
    static_assert(First >= 0 && Count > 0 && First + Count <= size);
    if constexpr (Count == size) {
      store(to);
    } else {
#if defined(__AVX512F__)
      if constexpr (halves<First, Count>) {
        _mm256_storeu_ps(to, First == 0 ? _mm512_castps512_ps256(v_) : _mm512_extractf32x8_ps(v_, 1));
        return;
      } else if constexpr (size == 16) {
        _mm512_mask_storeu_ps(to - First, mask<First, Count>, v_);
        return;
      }
#endif
      core::c_array<float, size> whole;
      store(whole);
      std::memcpy(to, whole + First, Count * sizeof(float));
    }
  }

  simd_vector& operator+=(simd_vector const& b) { return *this = *this + b; }
  friend simd_vector operator+(simd_vector const& a, simd_vector const& b) { return a.v_ + b.v_; }
  friend simd_vector operator-(simd_vector const& a, simd_vector const& b) { return a.v_ - b.v_; }
  friend simd_vector operator*(simd_vector const& a, simd_vector const& b) { return a.v_ * b.v_; }
  friend simd_vector operator*(simd_vector const& a, float b) { return a.v_ * batch(b); }
  friend simd_vector operator/(simd_vector const& a, simd_vector const& b) { return a.v_ / b.v_; }
  friend simd_vector mul_add(simd_vector const& a, simd_vector const& b, simd_vector const& c) {
    return xsimd::fma(a.v_, b.v_, c.v_);
  }
  friend simd_vector mul_add(simd_vector const& a, float b, simd_vector const& c) {
    return xsimd::fma(a.v_, batch(b), c.v_);
  }
  // Where one operand is NaN, NEON's maximum is NaN, and x86's the second operand: so that is the one which may be NaN. Of
  // both orders one then gives NaN, and the bits of NaN and of a number, or-ed, are NaN.
  friend simd_vector maximum(simd_vector const& a, simd_vector const& b) {
    if constexpr (std::is_base_of_v<xsimd::neon, Arch>)
      return (xsimd::max)(a.v_, b.v_);
    else
      return (xsimd::max)(a.v_, b.v_) | (xsimd::max)(b.v_, a.v_);
  }
  friend simd_vector at_least(simd_vector const& a, simd_vector const& low) { return (xsimd::max)(low.v_, a.v_); }
  friend simd_vector at_most(simd_vector const& a, simd_vector const& high) { return (xsimd::min)(high.v_, a.v_); }
  friend simd_vector select_greater(simd_vector const& a, simd_vector const& b, simd_vector const& yes,
                                    simd_vector const& no) {
    return xsimd::select(a.v_ > b.v_, yes.v_, no.v_);
  }
  friend simd_vector exponential(simd_vector const& a) { return xsimd::exp(a.v_); }
  friend simd_vector hyperbolic_tangent(simd_vector const& a) { return xsimd::tanh(a.v_); }
  friend simd_vector error_function(simd_vector const& a) { return xsimd::erf(a.v_); }
  friend simd_vector square_root(simd_vector const& a) { return xsimd::sqrt(a.v_); }

  /// Sum of all elements.
  [[nodiscard]] float sum() const { return xsimd::hadd(v_); }

  /// Element i is element From(i) of a and b laid side by side.
  template <class From>
  [[nodiscard]] static simd_vector shuffle(simd_vector const& a, simd_vector const& b, From) {
    typename batch::register_type const x = a.v_, y = b.v_;
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      return simd_vector(batch(__builtin_shufflevector(x, y, From::at(I)...)));
    }
    (std::make_integer_sequence<int, size>{});
  }

 private:
#if defined(__AVX512F__)
  /// Half a register: masked moves that cross a cache line are slow.
  template <int First, int Count>
  static constexpr bool halves = size == 16 && Count == 8 && (First == 0 || First == 8);
  template <int First, int Count>
  static constexpr __mmask16 mask = static_cast<__mmask16>(((1u << Count) - 1) << First);
#endif

  batch v_;
};

}  // namespace polyfold::simd

namespace polyfold {

template <class Arch>
inline constexpr bool reads_tables<simd::simd_vector<Arch>> = true;

}  // namespace polyfold

namespace polyfold::simd {

namespace detail {
template <int First>
struct every_second {
  static constexpr int at(int i) { return 2 * i + First; }
};
/// Exchanges the off-diagonal Step x Step blocks of two rows.
template <int Size, int Step, bool Second>
struct exchange {
  static constexpr int at(int i) {
    bool const high = (i & Step) != 0;
    return Second ? (high ? Size + i : i + Step) : (high ? Size + i - Step : i);
  }
};
template <int Step, class Vector>
void transpose_blocks(Vector* rows) {
  if constexpr (Step < Vector::size) {
#pragma GCC unroll 16
    for (int i = 0; i < Vector::size; ++i) {
      if ((i & Step) != 0) continue;
      Vector const a = rows[i], b = rows[i + Step];
      rows[i] = Vector::shuffle(a, b, exchange<Vector::size, Step, false>{});
      rows[i + Step] = Vector::shuffle(a, b, exchange<Vector::size, Step, true>{});
    }
    transpose_blocks<2 * Step>(rows);
  }
}
}  // namespace detail

/// Transposes Vector::size rows in place.
template <class Vector>
void transpose(Vector* rows) {
  detail::transpose_blocks<1>(rows);
}

/// The larger of each two neighbours, in the first half of the result.
template <class Vector>
[[nodiscard]] Vector maximum_of_pairs(Vector const& a) {
  return maximum(Vector::shuffle(a, a, detail::every_second<0>{}), Vector::shuffle(a, a, detail::every_second<1>{}));
}

}  // namespace polyfold::simd
