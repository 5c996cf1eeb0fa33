// From float32 numbers to bytes and back: every group of numbers gets the scale with the least squared error, and every
// number the nearest code.
//
//   auto bytes = std::make_unique<network<digits, in_bytes>>();
//   quantise(net, *bytes);
// For quantisation-aware training see trainer::rounding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/network.hpp>
#include <polyfold/text.hpp>

namespace polyfold::least_squares {

/// The code nearest to value / scale; beyond the largest codes those.
[[nodiscard]] constexpr std::int8_t code_of(float value, float scale) {
  float const q = value / scale;
  if (q >= core::largest_code) return core::largest_code;
  if (q <= -core::largest_code) return -core::largest_code;
  return static_cast<std::int8_t>(q < 0 ? q - 0.5f : q + 0.5f);
}

/// The byte of the scale that gives `values` (finite, at most largest_code * scale_of(255)) the least squared error: from
/// scales that clip values four times too large to scales that leave half of the codes unused. Values that are already
/// products of codes and one scale get back what they were: quantising twice changes nothing.
[[nodiscard]] inline std::uint8_t best_scale(std::span<float const> values) {
  float largest = 0;
  for (float v : values) largest = core::larger(largest, std::abs(v));
  int byte = 0;
  while (4 * core::largest_code * core::scale_of(static_cast<std::uint8_t>(byte)) < largest) ++byte;
  std::uint8_t best = 0;
  for (double least = -1; byte < 256; ++byte) {
    float const scale = core::scale_of(static_cast<std::uint8_t>(byte));
    if (least >= 0 && code_of(largest, scale) <= core::largest_code / 2) break;
    double sum = 0;
    for (float v : values) {
      double const off = double(v - float(code_of(v, scale)) * scale);
      sum += off * off;
    }
    if (least >= 0 && sum >= least) continue;
    least = sum;
    best = static_cast<std::uint8_t>(byte);
  }
  return best;
}

}  // namespace polyfold::least_squares

namespace polyfold {

namespace detail {

/// Throws `failure` at a number of layer I that no code and scale can stand for.
template <int I, class Network>
void check_quantisable(Network const& net) {
  constexpr float limit = core::largest_code * core::scale_of(255);
  float const* const parameters = net.parameters.data() + Network::first_parameter(I);
  for (int i = 0; i < Network::parameter_count(I); ++i) {
    float const v = parameters[i];
    if (core::is_finite(v) && std::abs(v) <= limit) continue;
    throw failure("quantise: number " + std::to_string(i) + " of layer " + std::to_string(I) + " (" +
                  Network::template layer_at<I>::name + ") is " + number_text(double(v)) +
                  "; expected a number from -" + std::to_string(int(limit)) + " to " + std::to_string(int(limit)) +
                  ".");
  }
}

template <int I, class Quantised>
void quantise_layer(float const* parameters, Quantised& target) {
  constexpr int count = Quantised::first_code(I + 1) - Quantised::first_code(I);
  constexpr int scale_count = Quantised::first_scale(I + 1) - Quantised::first_scale(I);
  std::vector<std::vector<float>> groups(static_cast<std::size_t>(scale_count));
  for (int i = 0; i < count; ++i) groups[std::size_t(Quantised::template scale_group<I>(i))].push_back(parameters[i]);
  auto* const scales = target.scales.data() + Quantised::first_scale(I);
  std::transform(groups.begin(), groups.end(), scales, least_squares::best_scale);
  auto* const codes = target.codes.data() + Quantised::first_code(I);
  for (int i = 0; i < count; ++i)
    codes[i] = least_squares::code_of(parameters[i], core::scale_of(scales[Quantised::template scale_group<I>(i)]));
}

/// The calls of quantise and dequantise that are right; never defined.
template <auto Pipeline, byte_numbers Rule>
void call_quantise(network<Pipeline> const&, network<Pipeline, Rule>&);
template <auto Pipeline, byte_numbers Rule>
void call_dequantise(network<Pipeline, Rule> const&, network<Pipeline>&);

template <class Source, class Target>
concept quantises = requires(Source&& source, Target&& target) {
  detail::call_quantise(static_cast<Source&&>(source), static_cast<Target&&>(target));
};
template <class Source, class Target>
concept dequantises = requires(Source&& source, Target&& target) {
  detail::call_dequantise(static_cast<Source&&>(source), static_cast<Target&&>(target));
};

}  // namespace detail

/// Sets `target` to `net` in bytes. Throws `failure` where a number is not finite or too large (above 30,480); `target` is
/// then unchanged.
template <auto Pipeline, byte_numbers Rule>
void quantise(network<Pipeline> const& net, network<Pipeline, Rule>& target) {
  using source = network<Pipeline>;
  using quantised = network<Pipeline, Rule>;
  core::for_constexpr<source::layers>([&]<int I>() { detail::check_quantisable<I>(net); });
  core::for_constexpr<source::layers>([&]<int I>() {
    float const* const parameters = net.parameters.data() + source::first_parameter(I);
    if constexpr (quantised::first_code(I) < quantised::first_code(I + 1))
      detail::quantise_layer<I>(parameters, target);
    else
      std::copy_n(parameters, source::parameter_count(I), target.exact.begin() + quantised::first_exact(I));
  });
  target.maps = net.maps;
}
/// Stops the build: what is given is no network and its bytes.
template <class Source, class Target>
requires(!detail::quantises<Source, Target>) void quantise(Source&&, Target&&) {
  static_assert(detail::quantises<Source, Target>,
                "polyfold: quantise(net, bytes) takes a network<description> and writes to a "
                "network<description, in_bytes> of the same description");
}

/// Sets `net` to the numbers that `source` stands for: exactly those that it runs on.
template <auto Pipeline, byte_numbers Rule>
void dequantise(network<Pipeline, Rule> const& source, network<Pipeline>& net) {
  using target = network<Pipeline>;
  using quantised = network<Pipeline, Rule>;
  core::for_constexpr<target::layers>([&]<int I>() {
    float* const parameters = net.parameters.data() + target::first_parameter(I);
    if constexpr (quantised::first_code(I) < quantised::first_code(I + 1))
      source.template decode<I>(0, target::parameter_count(I), parameters);
    else
      std::copy_n(source.exact.begin() + quantised::first_exact(I), target::parameter_count(I), parameters);
  });
  net.maps = source.maps;
}
/// Stops the build likewise.
template <class Source, class Target>
requires(!detail::dequantises<Source, Target>) void dequantise(Source&&, Target&&) {
  static_assert(detail::dequantises<Source, Target>,
                "polyfold: dequantise(bytes, net) takes a network<description, in_bytes> and writes to a "
                "network<description> of the same description");
}

/// For trainer::rounding: replaces a network's parameters by those that it has as a Quantised network.
template <class Quantised>
class quantised_rounding {
 public:
  quantised_rounding() = default;
  quantised_rounding(quantised_rounding const&) {}  // memory of its own: copies may be used side by side
  quantised_rounding& operator=(quantised_rounding const&) { return *this; }
  void operator()(typename Quantised::in_float32& net) {
    quantise(net, *rounded_);
    dequantise(*rounded_, net);
  }

 private:
  std::unique_ptr<Quantised> rounded_ = std::make_unique<Quantised>();  // between bytes and floats; no state
};

}  // namespace polyfold
