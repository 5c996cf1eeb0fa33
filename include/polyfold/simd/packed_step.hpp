// A step of a packed network: one operation of the program, with the steps that are fused into its write-out, as SIMD kernels
// run it. This is the step of any operation: the portable code, on maps with borders.
//
// All that runs carries the instruction set in its type: templates on Vector, or on what is inside of one.
//
//   packed_size, pack   stored parameters in the order that the kernel reads
//   scratch             floats of working memory
//   clears_border       the border of the output has to be set to zero before
//   run                 computes the whole output
#pragma once

#include <cstdint>
#include <cstring>

#include <polyfold/fold/operation.hpp>
#include <polyfold/kernels/simd/bordered_map.hpp>
#include <polyfold/kernels/simd/scalar.hpp>

namespace polyfold::simd {

/// Where a step reads and writes.
struct step_wiring {
  map_layout in{};
  map_layout second{};  // of an addition, also a fused one; no channels: none
  map_layout out{};
  bool pools = false;  // takes the maximum of each 2 x 2 outputs
  friend constexpr bool operator==(step_wiring const&, step_wiring const&) = default;
};

/// Function: the activation that is fused into the write-out, or identity_function.
template <class Vector, class Operation, step_wiring Wiring, class Function>
struct packed_step {
  static constexpr int packed_size = Operation::parameters + core::ceil_div(Operation::map_bytes, int(sizeof(float)));
  static constexpr int scratch = Operation::scratch;
  static constexpr bool clears_border = true;

  template <class Pointer>
  static void pack(Pointer parameters, std::uint8_t const* map, float* packed) {
    for (int i = 0; i < Operation::parameters; ++i) packed[i] = parameters[i];
    if constexpr (Operation::map_bytes > 0) std::memcpy(packed + Operation::parameters, map, Operation::map_bytes);
  }

  static void run(float const* packed, float const* in, float const* second, float* out, float* memory) {
    using scalar = simd_scalar<Vector>;
    fold::context<scalar> at;
    at.parameters = packed;
    at.map = reinterpret_cast<std::uint8_t const*>(packed + Operation::parameters);
    at.scratch = scalar::at(memory);
    row_range const all{0, Wiring.out.inner.height};
    bordered_view<scalar, Wiring.out> const to(scalar::at(out));
    bordered_view<scalar const, Wiring.in> const from(scalar::at(in));
    if constexpr (Wiring.second.inner.channels > 0)
      Operation::forward(at, all, to, from, bordered_view<scalar const, Wiring.second>(scalar::at(second)));
    else
      Operation::forward(at, all, to, from);
  }
};

}  // namespace polyfold::simd
