// Named tensors: numbers of every floating type as float32.

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/tensors.hpp"
#include "temporary_files.hpp"

namespace {

/// The number that 16 bits stand for.
float as(polyfold::dtype type, std::uint16_t bits) {
  auto tensor = polyfold::make_tensor<std::uint16_t>("w", {1}, std::span<std::uint16_t const>(&bits, 1));
  tensor.type = type;
  return polyfold::tensor_floats(tensor).at(0);
}

}  // namespace

TEST_CASE("half precision is converted exactly", "[tensors]") {
  auto const half = [](std::uint16_t bits) { return as(polyfold::dtype::f16, bits); };
  CHECK(half(0x3c00) == 1.0F);
  CHECK(half(0xc000) == -2.0F);
  CHECK(half(0x3555) == 1365.0F / 4096);  // the nearest to 1/3
  CHECK(half(0x7bff) == 65504.0F);
  CHECK(half(0x0400) == 0x1p-14F);  // the least normal number
  CHECK(half(0x03ff) == 1023 * 0x1p-24F);
  CHECK(half(0x8001) == -0x1p-24F);
  CHECK(half(0x0000) == 0.0F);
  CHECK(std::signbit(half(0x8000)));
  CHECK(half(0x7c00) == std::numeric_limits<float>::infinity());
  CHECK(half(0xfc00) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(half(0x7e00)));
}

TEST_CASE("bfloat16 is the upper half of float32", "[tensors]") {
  auto const bfloat = [](std::uint16_t bits) { return as(polyfold::dtype::bf16, bits); };
  CHECK(bfloat(0x3f80) == 1.0F);
  CHECK(bfloat(0xc049) == -3.140625F);
  CHECK(std::isnan(bfloat(0x7fc0)));
}

TEST_CASE("doubles are rounded, whole numbers refused", "[tensors]") {
  std::vector<double> const doubles{1.0 / 3, 1e300, -2};
  std::vector<float> const floats =
      polyfold::tensor_floats(polyfold::make_tensor<double>("w", {3}, std::span<double const>(doubles)));
  CHECK(floats[0] == 1.0F / 3);
  CHECK(std::isinf(floats[1]));
  CHECK(floats[2] == -2.0F);
  std::vector<std::int32_t> const whole{1, 2};
  auto const tensor = polyfold::make_tensor<std::int32_t>("w", {2}, std::span<std::int32_t const>(whole));
  CHECK(test::mentions(test::message_of([&] { (void)polyfold::tensor_floats(tensor); }), {"tensor 'w'", "I32", "F16"}));
}
