// How a function's time grows with the size of what it is given: for tests that it does so linearly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>

namespace test {

/// The processor's time for f(8 * size) over that for f(size), each the least of several: 8 where it grows linearly, 64
/// where it grows with the square. Other programs that run at the same time do not count.
template <class F>
[[nodiscard]] double growth_by_8(std::size_t size, F const& f) {
  auto const least = [&](std::size_t n) {
    double ticks = 1e18;
    for (int i = 0; i < 4; ++i) {
      std::clock_t const start = std::clock();
      f(n);
      ticks = std::min(ticks, double(std::clock() - start));
    }
    return std::max(ticks, 1.0);
  };
  return least(8 * size) / least(size);
}

}  // namespace test
