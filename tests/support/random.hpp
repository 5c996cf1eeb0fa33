// Random numbers for tests: the same on every machine for the same seed.
#pragma once

#include <cstdint>
#include <vector>

#include <polyfold/core/scalar.hpp>

namespace test {

/// SplitMix64 (Steele, Lea & Flood 2014). The distributions of <random> differ between standard libraries.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, n).
  int below(int n) { return static_cast<int>(bits() % static_cast<std::uint64_t>(n)); }
  /// Uniform in [-1, 1), never exactly 0.
  float uniform() { return (static_cast<float>(bits() >> 40) + 0.5f) * 0x1p-23f - 1.0f; }
  /// Mean 0, variance 1, near enough to normal: the sum of twelve uniform numbers.
  float normal() {
    float sum = 0;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return 0.5f * sum;
  }

  template <class Range>
  void fill(Range& values, float scale = 1.0f) {
    for (auto& v : values) v = scale * normal();
  }
  template <class Range>
  void shuffle(Range& values) {
    for (int i = static_cast<int>(values.size()); i > 1; --i)
      std::swap(values[static_cast<std::size_t>(i) - 1], values[static_cast<std::size_t>(below(i))]);
  }

 private:
  std::uint64_t state_;
};

/// Image `lane` of a scalar: the number itself where a scalar holds one image.
template <class T>
[[nodiscard]] float lane_of(T const& value, int lane) {
  if constexpr (polyfold::lane_count<T> == 1)
    return (void)lane, static_cast<float>(value);
  else
    return value[lane];
}
template <class T>
void set_lane(T& value, int lane, float number) {
  if constexpr (polyfold::lane_count<T> == 1)
    (void)lane, value = T(number);
  else
    value.set(lane, number);
}

/// Sets the stored parameters of a network at random, and the level numbers of arranged weights.
template <class Network>
void randomise(Network& net, random_numbers& random, float scale) {
  random.fill(net.parameters, scale);
  for (auto& byte : net.maps) byte = static_cast<std::uint8_t>(random.bits());
}

}  // namespace test
