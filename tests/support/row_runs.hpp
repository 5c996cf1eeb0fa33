// Runs a network over whole maps and by rolling rows, of floats and of pixels, at once and row by row.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"

namespace test {

using namespace polyfold;

template <class Network>
[[nodiscard]] std::unique_ptr<Network> random_network() {
  auto net = std::make_unique<Network>();
  random_numbers random(5);
  if constexpr (requires { net->codes; }) {
    for (std::int8_t& code : net->codes) code = static_cast<std::int8_t>(random.below(255) - 127);
    for (std::uint8_t& scale : net->scales) scale = 64;
    for (float& v : net->exact) v = 0.5f + 0.1f * random.uniform();
  } else {
    for (float& v : net->parameters) v = 0.4f * random.uniform();
    if constexpr (Network::program_type::parameters > 0) net->parameters.back() = 0.5f;
  }
  for (std::uint8_t& byte : net->maps) byte = static_cast<std::uint8_t>(random.below(256));
  return net;
}

template <class To, class From>
void copy_numbers(To& to, From const& from) {
  if constexpr (requires { from.codes; }) {
    to.codes = from.codes;
    to.scales = from.scales;
    to.exact = from.exact;
  } else {
    to.parameters = from.parameters;
  }
  to.maps = from.maps;
}

template <class A, class B>
[[nodiscard]] bool same_bits(A const& a, B const& b) {
  return std::memcmp(a.data(), b.data(), sizeof(float) * std::size_t(a.size())) == 0;
}

/// Whole maps, rolling rows and rows that are pushed, of floats and of pixels. Returns the bytes that rows take.
template <auto Pipeline, auto Numbers = in_floats>
long long check_rows() {
  using whole_network = network<Pipeline, Numbers>;
  using row_network = network<Pipeline, Numbers, rolling_rows>;
  constexpr shape in = whole_network::input_shape;
  auto const whole = random_network<whole_network>();
  auto const rows = std::make_unique<row_network>();
  copy_numbers(*rows, *whole);
  auto const whole_workspace = std::make_unique<typename whole_network::template workspace<>>();
  auto const row_workspace = std::make_unique<typename row_network::template workspace<>>();
  auto const floats = std::make_unique<row_stream<row_network>>(*rows);
  auto const bytes = std::make_unique<row_stream<row_network, std::uint8_t>>(*rows);
  random_numbers random(6);
  for (int round = 0; round < 2; ++round) {
    tensor<std::uint8_t, in> pixels;
    tensor<float, in> image;
    for (std::size_t i = 0; i < pixels.values.size(); ++i) {
      pixels.values[i] = static_cast<std::uint8_t>(random.below(256));
      image.values[i] = pixels.values[i];
    }
    auto const out = whole->run(image, *whole_workspace);
    std::vector<float> const expected(out.begin(), out.end());
    CHECK(same_bits(whole->run(pixels, *whole_workspace), expected));
    CHECK(same_bits(rows->run(image, *row_workspace), expected));
    CHECK(same_bits(rows->run(pixels, *row_workspace), expected));
    int steps = 0;
    for (int y = 0; y < in.height; ++y) {
      std::array<float, std::size_t(in.channels * in.width)> row{};
      std::array<std::uint8_t, std::size_t(in.channels * in.width)> row_of_bytes{};
      for (int c = 0; c < in.channels; ++c)
        for (int x = 0; x < in.width; ++x) {
          row[std::size_t(c * in.width + x)] = image(c, y, x);
          row_of_bytes[std::size_t(c * in.width + x)] = pixels(c, y, x);
        }
      CHECK(floats->push(row.data(), [&] { ++steps; }) == (y == in.height - 1));
      CHECK(bytes->push(row_of_bytes.data()) == (y == in.height - 1));
    }
    CHECK(steps > 0);
    CHECK(same_bits(floats->logits(), expected));
    CHECK(same_bits(bytes->logits(), expected));
  }
  return row_network::workspace_bytes();
}

}  // namespace test
