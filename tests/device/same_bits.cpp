// What products of all kinds give on this core, by its own instructions, is what the compiler computed in constant expressions.
#include <array>
#include <cstddef>
#include <cstdint>

#include <polyfold/integers.hpp>

#include "board.hpp"

namespace {

using namespace polyfold;

constexpr auto kernel1 = along<axis::kernel, linear>;
constexpr auto windows = input<3, 9, 10> | conv2d<5, 3>(padding<1>) | relu | max_pool<2> |
                         residual(conv2d<5, 3>(padding<1>) | relu | conv2d<5, 3>(padding<1>)) | relu |
                         conv2d<4, 2>(stride<2>, dilation<2>, padding<1>) | relu | dense<6>;
constexpr auto moments = input<2, 10, 9> | conv2d<3, 3>(padding<1>, along<axis::kernel, quadratic>) | relu |
                         max_pool<2> | conv2d<6, 3>(padding<1>, along<axis::channel, segment<3>, linear>, kernel1) |
                         relu | conv2d<4, 3>(groups<2>, kernel1) | relu |
                         dense<70>(kernel1, along<axis::output, order<8>>) | relu |
                         dense<5>(along<axis::channel, order<6>>);
constexpr auto channels = input<4, 6, 6> | conv2d<4, 3>(padding<1>, along<axis::channel, segment<2>, linear>) | relu |
                          max_pool<2> | conv2d<6, 3>(kernel1) | relu | dense<3>;

/// Logits of random codes for an image of all grey levels.
template <auto Pipeline, auto Schedule>
struct trial {
  using network_type = network<Pipeline, in_int8, Schedule>;
  static constexpr network_type net = [] {
    network_type random;
    std::uint32_t state = 1;
    auto const next = [&state] { return (state = state * 1664525U + 1013904223U) >> 16; };
    for (auto& code : random.codes) code = static_cast<std::int8_t>(int(next() % 255) - 127);
    for (auto& bias : random.biases) bias = int(next() % 4001) - 1000;
    for (auto& multiplier : random.multipliers) multiplier = static_cast<std::int16_t>(16384 + next() % 16384);
    for (std::size_t i = 0; i < random.shifts.size(); ++i) random.shifts[i] = i % 2 == 0 ? 8 : 14;
    for (auto& shift : random.degree_shifts) shift = static_cast<std::uint8_t>(next() % 3);
    for (auto& zero : random.zeros) zero = 31;
    return random;
  }();
  static constexpr auto logits(std::array<std::uint8_t, std::size_t(network_type::input_shape.size())> const& image,
                               typename network_type::template workspace<>& workspace) {
    std::array<int, std::size_t(network_type::output_shape.size())> all{};
    auto const found = net.run(image, workspace);
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = found[int(k)];
    return all;
  }
  static constexpr auto image = [] {
    std::array<std::uint8_t, std::size_t(network_type::input_shape.size())> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i * i * 5 + i * 3);
    return all;
  }();
  static constexpr auto expected = [] {
    typename network_type::template workspace<> workspace;
    return logits(image, workspace);
  }();
  static_assert(expected[0] != expected[1] && expected[1] != expected[2]);

  static inline typename network_type::template workspace<> workspace;
  static bool passes() { return logits(image, workspace) == expected; }
};

template <auto Pipeline>
int failures(char const* name) {
  bool const whole = trial<Pipeline, whole_maps>::passes();
  bool const rolling = trial<Pipeline, rolling_rows>::passes();
  board::print(name, whole && rolling ? ": same\n" : ": other bits\n");
  return int(!whole) + int(!rolling);
}

}  // namespace

int main() { return failures<windows>("windows") + failures<moments>("moments") + failures<channels>("channels"); }
