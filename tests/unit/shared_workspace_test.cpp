// Several networks in one working memory.

#include <array>
#include <cstdint>

#include <polyfold/inference.hpp>
#include <polyfold/integers.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr auto wide = input<1, 8, 8> | conv2d<6, 3>(padding<1>) | relu | max_pool<2> | dense<4>;
constexpr auto narrow = input<1, 4, 4> | dense<3>;

template <class Net>
Net random_network(std::uint64_t seed) {
  Net net;
  test::random_numbers random(seed);
  random.fill(net.parameters);
  return net;
}

}  // namespace

TEST_CASE("a shared workspace is as large as the largest that is needed, and each network runs in it as in its own") {
  auto const first = random_network<network<wide>>(1);
  auto const second = random_network<network<narrow>>(2);
  constexpr network<narrow, in_int8, rolling_rows> third{};
  shared_workspace<decltype(first), decltype(second), decltype(third)> memory;
  STATIC_REQUIRE(sizeof memory == sizeof(network<wide>::workspace<>));
  STATIC_REQUIRE(std::is_same_v<decltype(memory.of(third)), network<narrow, in_int8, rolling_rows>::workspace<>&>);

  std::array<float, 64> image{};
  test::random_numbers(3).fill(image);
  std::array<float, 16> small{};
  test::random_numbers(4).fill(small);
  network<wide>::workspace<> own;
  network<narrow>::workspace<> own_of_second;
  for (int turn = 0; turn < 2; ++turn) {
    auto const result = first.run(image, memory.of(first));
    auto const expected = first.run(image, own);
    for (int k = 0; k < 4; ++k) CHECK(result[k] == expected[k]);
    auto const other = second.run(small, memory.of(second));
    auto const expected_other = second.run(small, own_of_second);
    for (int k = 0; k < 3; ++k) CHECK(other[k] == expected_other[k]);
    CHECK(third.run(std::array<std::uint8_t, 16>{}, memory.of(third))[0] == 0);
  }
}

TEST_CASE("a shared workspace is aligned for every network") {
  struct pair {
    char before;
    shared_workspace<network<narrow, in_int8, rolling_rows>, network<wide>> memory;
  };
  CHECK(offsetof(pair, memory) % alignof(network<wide>::workspace<>) == 0);
}
