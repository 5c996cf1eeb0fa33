// Quantisation-aware training for integer networks: in the forward pass maps take the values that their codes stand for, and so
// do the weights, so that what is trained is what a device computes.
//
//   auto const seen = calibrate(*net, training, 1000);
//   trainer<net_type, rounded_maps<net_type>> t(*net, options, threads);   // options.rounded_epochs: the last so many
//   t.maps.emplace(seen, pixels);
//   int8_rounding<net_type> rounding(seen, pixels);
//   t.rounding = std::ref(rounding);
//   t.run(training);
//   rounding.store(*integers);                                             // the codes that were trained on
//
// Gradients pass a rounding as if it were not there, but where the code is the least or the largest one, and the map may have
// been clipped: there is none (straight-through estimator: Bengio, Leonard & Courville 2013, arXiv 1308.3432). Behind a relu
// that is relu's own slope.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <type_traits>

#include <polyfold/core/fixed_array.hpp>
#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/core/lanes.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fit/int8_quantiser.hpp>
#include <polyfold/fit/map_scales.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/integers/whole_maps.hpp>
#include <polyfold/network.hpp>
#include <polyfold/numbers/int8.hpp>

namespace polyfold {

namespace detail {
/// Codes of a map; none where high is 0.
struct code_range {
  int low = 0;
  int high = 0;
};
}  // namespace detail

/// For trainer's second parameter: the maps of a network without batch norm, as those of network<..., in_int8> with the scales of
/// one calibration.
template <class Network>
class rounded_maps {
  using program_type = typename Network::program_type;
  using integers = integer::integer_program<program_type, in_int8.moment_bits>;
  static_assert(integers::right,
                "polyfold: maps are rounded to those of an integer network, and this one has no integer form");

  static constexpr auto is_dropped_out = [] {
    core::fixed_array<bool, program_type::steps + 1> all{};
    core::for_constexpr<program_type::steps>(
        [&]<int J>() { all[J + 1] = program_type::template operation_at<J>::role == fold::operation_role::identity; });
    return all;
  }();
  /// The first value of the floats' program that is what group G writes: maxima behind it change nothing.
  template <int G>
  [[nodiscard]] static constexpr int written() {
    constexpr integer::integer_group g = integers::template group<G>;
    if (g.kind != integer::integer_group_kind::product && g.kind != integer::integer_group_kind::average) return -1;
    if (g.value == integers::result) return -1;
    if (g.activation >= 0) return program_type::facts[core::larger(0, g.activation)].value;
    int v = g.pool < 0 ? g.value : program_type::facts[core::larger(0, g.pool)].sources[0];
    while (v > 0 && is_dropped_out[v]) v = program_type::facts[v - 1].sources[0];
    return v;
  }
  static constexpr auto ranges = [] {
    core::fixed_array<detail::code_range, program_type::steps + 1> all{};
    core::for_constexpr<integers::groups>([&]<int G>() {
      if constexpr (written<G>() >= 0) {
        constexpr bool is_signed = integers::template map<integers::template group<G>.value>.is_signed;
        all[written<G>()] = is_signed ? detail::code_range{-128, 127} : detail::code_range{0, 255};
      }
    });
    return all;
  }();

 public:
  template <int V>
  static constexpr bool rounds = ranges[V].high > 0;

  /// Throws `failure` where the normalisation is not for the network's images.
  rounded_maps(calibration<Network> const& seen, normalisation const& pixels) {
    detail::map_scales<Network> const scales(seen, pixels);
    core::for_constexpr<integers::groups>([&]<int G>() {
      if constexpr (written<G>() >= 0)
        scales_[std::size_t(written<G>())] = float(scales[integers::template group<G>.value]);
    });
    for (int c = 0; c < Network::input_shape.channels; ++c) pixel_offsets_[std::size_t(c)] = float(scales.offset(c));
  }

  /// What a code of value V stands for.
  template <int V>
  [[nodiscard]] float scale() const requires rounds<V> {
    return scales_[std::size_t(V)];
  }

  /// Value V: to the nearest number that a code stands for, halves up.
  template <int V, class Scalar>
  void round(Scalar* values) const {
    constexpr detail::code_range codes = ranges[V];
    float const unit = scale<V>();
    for (int i = 0; i < program_type::template value_shape<V>().size(); ++i)
      values[i] = rounded(values[i], 1 / unit, unit, codes);
  }
  /// The gradient of value V, which has been rounded.
  template <int V, class Scalar>
  void pass_gradient(Scalar const* values, Scalar* gradient) const {
    Scalar const low((float(ranges[V].low) + 0.5f) * scale<V>());
    Scalar const high((float(ranges[V].high) - 0.5f) * scale<V>());
    Scalar const none(0.0f);
    for (int i = 0; i < program_type::template value_shape<V>().size(); ++i)
      gradient[i] = select_greater(values[i], low, select_greater(high, values[i], gradient[i], none), none);
  }
  /// Images: to what integer networks read, which take a whole pixel for zero.
  template <class Scalar>
  void round_image(Scalar* values) const {
    for (int i = 0; i < Network::input_shape.size(); ++i)
      values[i] += Scalar(pixel_offsets_[std::size_t(i / Network::input_shape.pixels())]);
  }

 private:
  template <class Scalar>
  [[nodiscard]] static Scalar rounded(Scalar const& value, float inverse, float unit, detail::code_range codes) {
    // Above zero, the whole part is what lies below.
    constexpr float above = 256.5f;
    Scalar const code = at_most(at_least(Scalar(value * inverse), Scalar(float(codes.low))), Scalar(float(codes.high)));
    return (whole_part(Scalar(code + Scalar(above))) - Scalar(above - 0.5f)) * unit;
  }

  std::array<float, std::size_t(program_type::steps) + 1> scales_{};
  std::array<float, std::size_t(Network::input_shape.channels)> pixel_offsets_{};
};

/// For trainer::rounding: replaces a network's weights by those that its integer form has, as `quantise` rounds them. Biases, which
/// have more bits than that takes, stay. Give it by std::ref, so that `store` knows what was rounded last.
template <class Network>
class int8_rounding {
 public:
  using integer_network = network<typename Network::description{}, in_int8>;

  /// `seen` must outlive it. Throws `failure` where the normalisation is not for the network's images.
  int8_rounding(calibration<Network> const& seen, normalisation const& pixels)
      : quantise_(seen, detail::map_scales<Network>(seen, pixels), effort) {}
  int8_rounding(calibration<Network> const&& seen, normalisation const& pixels) = delete;
  int8_rounding(int8_rounding const&) = delete;
  int8_rounding& operator=(int8_rounding const&) = delete;

  /// Throws `failure` where sums do not fit into 32 bits.
  void operator()(Network& net) {
    auto rounded = net.parameters;
    quantise_(net, *integers_, rounded.data());
    net.parameters = rounded;
    used_ = true;
  }

  /// Sets `target` to the integer form of the network that has been rounded last. Throws `failure` where none has been.
  template <auto Schedule>
  void store(network<typename Network::description{}, in_int8, Schedule>& target) const {
    if (!used_) throw failure("int8_rounding: no network has been rounded; there are no codes to store");
    target = network<typename Network::description{}, in_int8, Schedule>{*integers_};
  }

 private:
  /// Every step rounds: less than `quantise` takes.
  static constexpr int effort = 30'000;

  detail::int8_quantiser<Network, integer_network> quantise_;
  std::unique_ptr<integer_network> integers_ = std::make_unique<integer_network>();
  bool used_ = false;
};

}  // namespace polyfold
