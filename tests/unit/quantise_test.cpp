// From float32 to bytes and back: nearest codes, scales of least squared error, and numbers that are refused.

#include <cmath>
#include <memory>
#include <vector>

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;

namespace {

constexpr auto layers = input<2, 7, 6> | conv2d<6, 3>(along<axis::kernel, linear>) | batch_norm | relu |
                        conv2d<5, 2>(arranged<2, linear, 3>) | dense<4>(along<axis::channel, segment<2>, linear>);

double squared_error(std::vector<float> const& values, float scale) {
  double sum = 0;
  for (float v : values) {
    double const off = double(v) - std::min(127.0, std::max(-127.0, std::round(double(v / scale)))) * double(scale);
    sum += off * off;
  }
  return sum;
}

}  // namespace

TEST_CASE("codes are the nearest ones and end at 127") {
  CHECK(least_squares::code_of(0.0f, 0.5f) == 0);
  CHECK(least_squares::code_of(1.24f, 0.5f) == 2);
  CHECK(least_squares::code_of(1.25f, 0.5f) == 3);
  CHECK(least_squares::code_of(-1.24f, 0.5f) == -2);
  CHECK(least_squares::code_of(-1.26f, 0.5f) == -3);
  CHECK(least_squares::code_of(63.6f, 0.5f) == 127);
  CHECK(least_squares::code_of(1e30f, 0.5f) == 127);
  CHECK(least_squares::code_of(-63.6f, 0.5f) == -127);
  CHECK(least_squares::code_of(-1e30f, 0.5f) == -127);
}

TEST_CASE("no scale has a smaller squared error") {
  test::random_numbers random(1);
  for (int count : {1, 2, 5, 40, 400}) {
    std::vector<float> values(static_cast<std::size_t>(count));
    random.fill(values, 0.2f);
    std::uint8_t const chosen = least_squares::best_scale(values);
    double const error = squared_error(values, core::scale_of(chosen));
    float largest = 0;
    for (float v : values) largest = std::max(largest, std::abs(v));
    for (int b = 0; b < 256; ++b) {
      float const scale = core::scale_of(static_cast<std::uint8_t>(b));
      // Larger ones leave half of the codes unused.
      if (largest / scale < 63.5f) break;
      CHECK(error <= squared_error(values, scale) * (1 + 1e-6));
    }
  }
}

TEST_CASE("a few values far out are clipped where that costs less than coarse steps for all others") {
  test::random_numbers random(2);
  std::vector<float> values(20000);
  random.fill(values, 1.0f);
  values[7] = 9;
  CHECK(127 * core::scale_of(least_squares::best_scale(values)) < 8);
}

TEST_CASE("groups of zeros and of tiny numbers") {
  CHECK(least_squares::best_scale(std::vector<float>(9, 0.0f)) == 0);
  CHECK(least_squares::best_scale({}) == 0);
  // Below half the smallest scale nothing but 0 is near; the largest number uses the largest code.
  std::vector<float> const tiny{0x1p-26f, -0x1p-27f};
  CHECK(least_squares::best_scale(tiny) == 0);
  CHECK(least_squares::code_of(tiny[0], core::scale_of(0)) == 0);
  CHECK(least_squares::best_scale(std::vector<float>{30480.0f}) == 255);
}

TEST_CASE("numbers in bytes are off by half a scale at most, and by nothing the second time") {
  for (std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
    auto check = [&]<byte_numbers Rule>() {
      network<layers> net;
      test::random_numbers random(seed);
      test::randomise(net, random, seed == 1 ? 1e-7f : seed == 2 ? 1000.0f : 0.3f);
      if (seed == 3) std::fill_n(net.parameters.begin(), network<layers>::parameter_count(0), 0.0f);
      network<layers, Rule> bytes;
      quantise(net, bytes);
      network<layers> back;
      dequantise(bytes, back);
      CHECK(back.maps == net.maps);
      using quantised = network<layers, Rule>;
      for (int i = 0; i < network<layers>::parameter_count(0); ++i) {
        float const scale = core::scale_of(bytes.scales[std::size_t(quantised::template scale_group<0>(i))]);
        bool const clipped = std::abs(bytes.codes[std::size_t(i)]) == 127;
        float const off = std::abs(back.parameters[std::size_t(i)] - net.parameters[std::size_t(i)]);
        CHECK((clipped || off <= 0.5f * scale));
        if (seed == 3) CHECK(back.parameters[std::size_t(i)] == 0);
      }
      // Batch norm keeps its numbers.
      for (int i = network<layers>::first_parameter(1); i < network<layers>::first_parameter(2); ++i)
        CHECK(back.parameters[std::size_t(i)] == net.parameters[std::size_t(i)]);
      network<layers, Rule> again;
      quantise(back, again);
      network<layers> twice;
      dequantise(again, twice);
      CHECK(twice.parameters == back.parameters);
    };
    check.operator()<byte_numbers{scales_per::layer}>();
    check.operator()<byte_numbers{scales_per::degree}>();
    check.operator()<byte_numbers{scales_per::filter}>();
  }
}

TEST_CASE("numbers that no byte can stand for are refused, and nothing is changed") {
  network<layers> net;
  test::random_numbers random(6);
  test::randomise(net, random, 0.3f);
  network<layers, in_bytes> bytes;
  quantise(net, bytes);
  auto const codes = bytes.codes;
  auto const exact_parameters = bytes.exact;
  auto const refused = [&](int number, float value) {
    network<layers> broken = net;
    test::randomise(broken, random, 0.3f);
    broken.parameters[std::size_t(number)] = value;
    std::string const message = message_of([&] { quantise(broken, bytes); });
    CHECK(bytes.codes == codes);
    CHECK(bytes.exact == exact_parameters);
    return message;
  };
  CHECK(
      mentions(refused(5, std::nanf("")), {"number 5 of layer 0 (conv2d)", "expected a number from -30480 to 30480"}));
  CHECK(mentions(refused(5, INFINITY), {"number 5 of layer 0 (conv2d) is inf"}));
  int const dense_bias = network<layers>::first_parameter(5) - 1;
  CHECK(mentions(refused(dense_bias, -30500.0f), {"of layer 4 (dense) is -30500"}));
  CHECK(mentions(refused(network<layers>::first_parameter(1), std::nanf("")), {"layer 1 (batch_norm)"}));
}
