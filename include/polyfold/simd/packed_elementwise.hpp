// Steps that are not part of a product's write-out: activations, additions, scales and shifts, and averages of whole maps.
#pragma once

#include <cstdint>
#include <cstring>

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/layers/prelu.hpp>
#include <polyfold/layers/residual.hpp>
#include <polyfold/layers/scale_shift.hpp>
#include <polyfold/simd/packed_step.hpp>

namespace polyfold::simd {

namespace detail {
/// Members of a step that stores no numbers.
struct unstored_step {
  static constexpr int packed_size = 0;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;
  template <class Pointer>
  static void pack(Pointer, std::uint8_t const*, float*) {}
};

/// The layout of one channel of a map.
[[nodiscard]] constexpr map_layout one_plane(map_layout const& whole) {
  return {{1, whole.inner.height, whole.inner.width}, whole.border_y, whole.border_x};
}
}  // namespace detail

template <class Vector, shape In, class Activation, step_wiring Wiring, class Function>
struct packed_step<Vector, layer_types::apply_elementwise<In, Activation>, Wiring, Function> : detail::unstored_step {
  static void run(float const*, float const* in, float const*, float* out, float*) {
    for_each_piece<Vector, Wiring.in, Wiring.out>([&](auto count, int from, int to) {
      Activation::value(Vector::template load_lanes<0, count>(in + from)).template store_lanes<0, count>(out + to);
    });
  }
};

template <class Vector, shape In, step_wiring Wiring, class Function>
struct packed_step<Vector, layer_types::add_operation<In>, Wiring, Function> : detail::unstored_step {
  static void run(float const*, float const* in, float const* second, float* out, float*) {
    for_each_piece<Vector, Wiring.in, Wiring.second, Wiring.out>([&](auto count, int a, int b, int to) {
      Vector const sum =
          Vector::template load_lanes<0, count>(in + a) + Vector::template load_lanes<0, count>(second + b);
      sum.template store_lanes<0, count>(out + to);
    });
  }
};

template <class Vector, shape In, step_wiring Wiring, class Function>
struct packed_step<Vector, layer_types::prelu_operation<In>, Wiring, Function> {
  static constexpr int packed_size = In.channels;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const*, float* packed) {
    for (int i = 0; i < packed_size; ++i) packed[i] = parameters[i];
  }

  static void run(float const* packed, float const* in, float const*, float* out, float*) {
    for (int c = 0; c < In.channels; ++c) {
      float const* const from = in + c * Wiring.in.plane();
      float* const to = out + c * Wiring.out.plane();
      for_each_piece<Vector, detail::one_plane(Wiring.in), detail::one_plane(Wiring.out)>(
          [&](auto count, int i, int k) {
            layer_types::prelu_operation<In>::value(Vector::template load_lanes<0, count>(from + i), packed[c])
                .template store_lanes<0, count>(to + k);
          });
    }
  }
};

template <class Vector, shape In, step_wiring Wiring, class Function>
struct packed_step<Vector, layer_types::scale_shift_operation<In>, Wiring, Function> {
  static constexpr int packed_size = 2 * In.channels;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const*, float* packed) {
    for (int i = 0; i < packed_size; ++i) packed[i] = parameters[i];
  }

  static void run(float const* packed, float const* in, float const* second, float* out, float*) {
    constexpr bool adds = Wiring.second.inner.channels > 0;
    constexpr map_layout added = adds ? Wiring.second : Wiring.in;
    for (int c = 0; c < In.channels; ++c) {
      Vector const scale(packed[c]);
      Vector const shift(packed[In.channels + c]);
      float const* const from = in + c * Wiring.in.plane();
      float const* const other = (adds ? second : in) + c * added.plane();
      float* const to = out + c * Wiring.out.plane();
      for_each_piece<Vector, detail::one_plane(Wiring.in), detail::one_plane(added), detail::one_plane(Wiring.out)>(
          [&](auto count, int i, int j, int k) {
            Vector y = mul_add(Vector::template load_lanes<0, count>(from + i), scale, shift);
            if constexpr (adds) y += Vector::template load_lanes<0, count>(other + j);
            Function::value(y).template store_lanes<0, count>(to + k);
          });
    }
  }
};

template <class Vector, shape In, window W, step_wiring Wiring, class Function>
requires(
    W == core::whole_map(In) && !Wiring.in.bordered() &&
    !Wiring.out.bordered()) struct packed_step<Vector, layer_types::average_under_window<In, W, W>, Wiring, Function>
    : detail::unstored_step {
  static void run(float const*, float const* in, float const*, float* out, float*) {
    for (int c = 0; c < In.channels; ++c) {
      Vector sum(0.0f);
      for_each_piece<Vector, map_layout{{1, In.height, In.width}}>(
          [&](auto count, int i) { sum += Vector::template load_lanes<0, count>(in + Wiring.in.at(c, 0, 0) + i); });
      out[Wiring.out.at(c, 0, 0)] = sum.sum() * layer_types::average_under_window<In, W, W>::scale;
    }
  }
};

}  // namespace polyfold::simd
