// What one core of this machine can do at most, measured: multiply-adds in registers, and reading memory of any size.
#pragma once

#include <cstddef>

namespace polyfold::bench {

/// Floating-point operations per second, a multiply-add counted as two, with the widest vectors that the compiler was
/// told of. The best of several short runs; measured once per program.
[[nodiscard]] double peak_flops();

/// Multiply-adds of `rounds` rounds on registers alone; returns the operations done. `result` depends on all of them.
[[nodiscard]] long long multiply_add_rounds(int rounds, float& result);

/// Adds up `count` floats at `values`, a multiple of 256, with several sums side by side: limited by loads.
[[nodiscard]] float sum_of(float const* values, std::size_t count);

}  // namespace polyfold::bench
