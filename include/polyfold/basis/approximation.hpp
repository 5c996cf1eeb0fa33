// How a layer's weights are approximated: which axes are cut, into segments of what length, with functions of what order.
#pragma once

namespace polyfold {

/// What is cut: `flat` L consecutive weights of a filter in (c, r, s) order, `kernel` the r x s plane of one
/// (m, c), `channel` L consecutive input channels at one (m, r, s), `output` L consecutive filters at one (c, r, s).
enum class axis { flat, kernel, channel, output };

/// Functions of a segment: polynomials (Gram: discrete Legendre) or cosines (DCT-II), orthonormal either way.
enum class basis_kind { polynomial, cosine };

struct segment_length {
  int value = 0;
};
struct function_order {
  int value = 0;
};

/// A segment of L weights; `whole_axis` (the default) makes one segment of the axis.
template <int L>
inline constexpr segment_length segment{L};
inline constexpr segment_length whole_axis{0};

/// Order P: P + 1 coefficients per segment.
template <int P>
inline constexpr function_order order{P};
inline constexpr function_order constant{0};
inline constexpr function_order linear{1};
inline constexpr function_order quadratic{2};

inline constexpr basis_kind polynomial = basis_kind::polynomial;
inline constexpr basis_kind cosine = basis_kind::cosine;

/// How one axis is cut. Not `used`: the axis stays dense.
struct cut {
  bool used = false;
  int segment = 0;  // 0: the whole axis
  int order = 0;
  basis_kind basis = basis_kind::polynomial;

  constexpr void set(segment_length l) { segment = l.value; }
  constexpr void set(function_order p) { order = p.value; }
  constexpr void set(basis_kind b) { basis = b; }
  friend constexpr bool operator==(cut const&, cut const&) = default;
};

/// Arranged weights: a curve of 2^bits levels in `pieces` segments of functions of `order`, and for every weight the
/// number of its level.
struct arrangement {
  bool used = false;
  int pieces = 1;
  int order = 1;
  int bits = 4;
  bool per_filter = false;  // one curve for each filter, instead of one for the layer

  friend constexpr bool operator==(arrangement const&, arrangement const&) = default;
};

/// All that a layer's type says of its approximation.
struct approximation {
  cut flat{};
  cut kernel{};
  cut channel{};
  cut output{};
  cut bias{};  // along the output axis
  arrangement arranged{};

  [[nodiscard]] constexpr cut& along(axis a) {
    switch (a) {
      case axis::flat:
        return flat;
      case axis::kernel:
        return kernel;
      case axis::channel:
        return channel;
      default:
        return output;
    }
  }
  friend constexpr bool operator==(approximation const&, approximation const&) = default;
};

}  // namespace polyfold
