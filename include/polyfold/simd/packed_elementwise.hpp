// Steps that are not part of a product's write-out: activations, additions and averages of whole maps.
#pragma once

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/pooling.hpp>
#include <polyfold/layers/residual.hpp>
#include <polyfold/simd/packed_step.hpp>

namespace polyfold {

namespace detail {
/// Members of a step that stores no numbers.
struct unstored_step {
  static constexpr int packed_size = 0;
  static constexpr int scratch = 0;
  static constexpr bool clears_border = true;
  static void pack(float const*, std::uint8_t const*, float*) {}
};
}  // namespace detail

template <class Vector, shape In, class Activation, step_wiring Wiring, class Function>
struct packed_step<Vector, apply_elementwise<In, Activation>, Wiring, Function> : detail::unstored_step {
  static void run(float const*, float const* in, float const*, float* out, float*) {
    for_each_piece<Vector, Wiring.in, Wiring.out>([&](auto count, int from, int to) {
      Activation::value(Vector::template load_lanes<0, count>(in + from)).template store_lanes<0, count>(out + to);
    });
  }
};

template <class Vector, shape In, step_wiring Wiring, class Function>
struct packed_step<Vector, add_operation<In>, Wiring, Function> : detail::unstored_step {
  static void run(float const*, float const* in, float const* second, float* out, float*) {
    for_each_piece<Vector, Wiring.in, Wiring.second, Wiring.out>([&](auto count, int a, int b, int to) {
      Vector const sum =
          Vector::template load_lanes<0, count>(in + a) + Vector::template load_lanes<0, count>(second + b);
      sum.template store_lanes<0, count>(out + to);
    });
  }
};

template <class Vector, shape In, step_wiring Wiring, class Function>
requires(!Wiring.in.bordered() &&
         !Wiring.out.bordered()) struct packed_step<Vector, average_under_window<In, window{In.height, In.width}>,
                                                    Wiring, Function> : detail::unstored_step {
  static void run(float const*, float const* in, float const*, float* out, float*) {
    for (int c = 0; c < In.channels; ++c) {
      Vector sum(0.0f);
      for_each_piece<Vector, map_layout{{1, In.height, In.width}}>(
          [&](auto count, int i) { sum += Vector::template load_lanes<0, count>(in + Wiring.in.at(c, 0, 0) + i); });
      out[Wiring.out.at(c, 0, 0)] = sum.sum() * average_under_window<In, window{In.height, In.width}>::scale;
    }
  }
};

}  // namespace polyfold
