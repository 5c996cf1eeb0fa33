// What a code of each map of a network's integer form stands for, by the calibration of its float form.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/fit/calibrate.hpp>
#include <polyfold/integers/integer_program.hpp>
#include <polyfold/layers/activation.hpp>
#include <polyfold/numbers/int8.hpp>

namespace polyfold::detail {

/// The largest value of an activation's function; 0 where it has none.
template <class Function>
inline constexpr float bound_of_function = 0;
template <int Numerator, int Denominator>
inline constexpr float bound_of_function<layer_types::bounded_relu_function<Numerator, Denominator>> =
    float(Numerator) / float(Denominator);

template <class Network>
class map_scales {
  using program_type = typename Network::program_type;

 public:
  using integers = integer::integer_program<program_type, in_int8.moment_bits>;

  /// Throws `failure` where the normalisation is not for the network's images.
  map_scales(calibration<Network> const& seen, normalisation const& pixels) {
    pixels.check(Network::input_shape.channels);
    for (int c = 0; c < Network::input_shape.channels; ++c) {
      std::size_t const i = pixels.mean.size() == 1 ? 0 : std::size_t(c);
      pixel_scales_[std::size_t(c)] = 1.0 / (255.0 * double(pixels.deviation[i]));
      zeros_[std::size_t(c)] = static_cast<std::uint8_t>(std::clamp(std::lround(255 * pixels.mean[i]), 0L, 255L));
      offsets_[std::size_t(c)] =
          (255 * double(pixels.mean[i]) - zeros_[std::size_t(c)]) * pixel_scales_[std::size_t(c)];
    }
    scales_[0] = *std::max_element(pixel_scales_.begin(), pixel_scales_.end());
    [&]<int... G>(std::integer_sequence<int, G...>) {
      ((scales_[std::size_t(integers::template group<G>.value)] = scale_of<G>(seen)), ...);
    }
    (std::make_integer_sequence<int, integers::groups>{});
  }

  /// Of value v. Channels of the image differ: here the largest of theirs.
  [[nodiscard]] double operator[](int v) const { return scales_[std::size_t(v)]; }
  [[nodiscard]] double of_pixel(int channel) const { return pixel_scales_[std::size_t(channel)]; }
  /// What a network in integers reads, less the normalised pixel: none where the mean is a whole pixel.
  [[nodiscard]] double offset(int channel) const { return offsets_[std::size_t(channel)]; }
  /// The pixel that stands for zero.
  [[nodiscard]] std::uint8_t zero(int channel) const { return zeros_[std::size_t(channel)]; }

 private:
  template <int G>
  [[nodiscard]] double scale_of(calibration<Network> const& seen) const {
    constexpr integer::integer_group g = integers::template group<G>;
    constexpr integer::integer_map map = integers::template map<g.value>;
    constexpr int levels = map.is_signed ? 127 : 255;
    if constexpr (g.kind == integer::integer_group_kind::product) {
      // An activation that moved in front of maxima has its value behind them.
      constexpr int shown =
          core::larger(g.value, g.activation < 0 ? 0 : program_type::facts[core::larger(0, g.activation)].value);
      if (map.bits == 16) return core::larger(1.25 * double(seen.largest(shown)), 1e-20) / 32767;
      double range = core::larger(double(seen.range(shown, levels)), 1e-20);
      if constexpr (g.activation >= 0) {
        constexpr float limit = bound_of_function<typename program_type::template operation_at<g.activation>::function>;
        if (limit > 0) range = core::smaller(range, double(limit));
      }
      return range / levels;
    } else if constexpr (g.kind == integer::integer_group_kind::average) {
      return core::larger(double(seen.range(g.value, levels)), 1e-20) / levels;
    } else {
      return scales_[std::size_t(g.source)];
    }
  }

  std::array<double, std::size_t(program_type::steps) + 1> scales_{};
  std::array<double, std::size_t(Network::input_shape.channels)> pixel_scales_{};
  std::array<double, std::size_t(Network::input_shape.channels)> offsets_{};
  std::array<std::uint8_t, std::size_t(Network::input_shape.channels)> zeros_{};
};

}  // namespace polyfold::detail
