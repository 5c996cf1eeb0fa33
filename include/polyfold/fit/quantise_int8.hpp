// From float32 numbers to integers (numbers/int8.hpp), with scales of maps from a calibration.
//
//   auto seen = calibrate(net, source, 1000);               // training images
//   auto integers = std::make_unique<network<digits, in_int8>>();
//   quantise(net, seen, data.normalise, *integers);
//
// Each filter gets the scale that its largest weight needs, degrees of moments shifts between them, so that codes of high and low
// degrees use all of their bits. Weights are rounded one after the other, and what each rounding does to the sums of the
// calibration's images is taken back by those that are still to be rounded (Frantar et al. 2022, arXiv 2210.17323): moments go
// together, so that much of it can be. Sums are bounded by sum |weight| * bound for each filter: none can overflow.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <polyfold/data/normalisation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fit/calibrate.hpp>
#include <polyfold/fit/rounding_compensation.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/network.hpp>
#include <polyfold/train/dataset.hpp>

namespace polyfold {

/// What the first `count` images of a dataset, or all, show of a network's maps.
template <class Network>
[[nodiscard]] calibration<Network> calibrate(Network const& net, dataset const& source, std::size_t count = 1000) {
  calibration<Network> seen;
  std::vector<float> image(std::size_t(Network::input_shape.size()));
  for (bool const counts : {false, true})
    for (std::size_t i = 0; i < core::smaller(count, source.size()); ++i) {
      source.load(i, image.data());
      counts ? seen.add(net, image.data()) : seen.widen(net, image.data());
    }
  return seen;
}

namespace detail {

/// The requantisation that multiplies sums up to `bound` by `factor`.
[[nodiscard]] inline integer::requantisation requantisation_by(double factor, long long bound) {
  integer::requantisation r;
  while ((bound >> r.before) > 32767) ++r.before;
  double scaled = std::ldexp(factor, r.before);
  int after = 0;
  while (after < 30 && scaled < 16384) {
    scaled *= 2;
    ++after;
  }
  r.after = static_cast<std::uint8_t>(after);
  r.multiplier = static_cast<std::int16_t>(std::clamp(std::lround(scaled), 0L, 32767L));
  return r;
}

template <class Function>
inline constexpr float bound_of_function = 0;
template <int Numerator, int Denominator>
inline constexpr float bound_of_function<layer_types::bounded_relu_function<Numerator, Denominator>> =
    float(Numerator) / float(Denominator);

template <class Source, class Target>
class int8_quantiser {
  using integers = typename Target::integers;
  using program_type = typename Source::program_type;
  static constexpr int steps = program_type::steps;
  template <int J>
  using operation_at = typename program_type::template operation_at<J>;

 public:
  int8_quantiser(Source const& net, calibration<Source> const& seen, normalisation const& pixels, Target& target)
      : net_(net), seen_(seen), target_(target) {
    pixels.check(Source::input_shape.channels);
    for (int c = 0; c < Source::input_shape.channels; ++c) {
      std::size_t const i = pixels.mean.size() == 1 ? 0 : std::size_t(c);
      pixel_scales_[std::size_t(c)] = 1.0 / (255.0 * double(pixels.deviation[i]));
      target.zeros[std::size_t(c)] = static_cast<std::uint8_t>(std::clamp(std::lround(255 * pixels.mean[i]), 0L, 255L));
    }
    scales_[0] = *std::max_element(pixel_scales_.begin(), pixel_scales_.end());
  }

  void run() {
    [&]<int... G>(std::integer_sequence<int, G...>) { (quantise_group<G>(), ...); }
    (std::make_integer_sequence<int, integers::groups>{});
  }

 private:
  template <int G>
  void quantise_group() {
    constexpr integer::integer_group g = integers::template group<G>;
    double& scale = scales_[std::size_t(g.value)];
    if constexpr (g.kind == integer::integer_group_kind::product) {
      quantise_product<G>(scale);
    } else if constexpr (g.kind == integer::integer_group_kind::average) {
      constexpr integer::integer_map map = integers::template map<g.value>;
      int const levels = map.is_signed ? 127 : 255;
      scale = core::larger(double(seen_.best_range(g.value, levels)), 1e-20) / levels;
      constexpr int area = operation_at<g.head>::input_window.area();
      put_scale(integers::places[G].scale,
                requantisation_by(scales_[std::size_t(g.source)] / area / scale, area * map.bound));
    } else {
      scale = scales_[std::size_t(g.source)];
    }
  }

  template <int G>
  void quantise_product(double& out_scale) {
    constexpr integer::integer_group g = integers::template group<G>;
    constexpr auto first = integers::places[G];
    using product_type = operation_at<g.head>;
    constexpr fold::operation_form form = product_type::form;
    constexpr bool expands = g.expansion >= 0;
    constexpr bool adds = g.added >= 0;
    constexpr int fan_in = form.fan_in();
    constexpr int rows = form.outputs;
    constexpr int degrees = integers::template degree_count<G>;
    float const* const parameters = net_.template numbers_of<g.head>();

    // What a unit of each input stands for, its degree and its bound.
    std::vector<double> unit(static_cast<std::size_t>(rows * fan_in));
    std::vector<int> degree(static_cast<std::size_t>(fan_in));
    std::vector<long long> bound(static_cast<std::size_t>(fan_in));
    for (int k = 0; k < fan_in; ++k) {
      integer::product_input const in = integers::template inputs<G>::at(k);
      degree[std::size_t(k)] = in.degree;
      bound[std::size_t(k)] = in.bound;
      for (int m = 0; m < rows; ++m) unit[std::size_t(m * fan_in + k)] = unit_of<G>(m, in);
    }
    auto const weight = [&](int m, int k) {
      return double(parameters[m * fan_in + k]) * unit[std::size_t(m * fan_in + k)];
    };

    std::vector<double> const compensation = detail::compensation_of(seen_.products_of_inputs(g.head), fan_in);
    std::vector<int> shift = degree_shifts<degrees>(rows, fan_in, degree, weight);
    std::vector<double> row_scale(static_cast<std::size_t>(rows));
    constexpr bool one_scale = integers::template product_biases<G>.kind == fold::bias_kind::segmented;
    for (int extra = 0;; ++extra) {
      for (int m = 0; m < rows; ++m) {
        double largest = 1e-30;
        for (int k = 0; k < fan_in; ++k)
          largest =
              core::larger(largest, std::ldexp(std::abs(weight(m, k)), -shift[std::size_t(degree[std::size_t(k)])]));
        row_scale[std::size_t(m)] = largest / 127;
      }
      if (one_scale)
        std::fill(row_scale.begin(), row_scale.end(), *std::max_element(row_scale.begin(), row_scale.end()));
      if (fill_codes<G>(shift, degree, bound, row_scale, unit, compensation)) break;
      if (extra == 8)
        throw failure("quantise: sums of layer " + std::to_string(integers::stage_of(G)) +
                      " do not fit into 32 bits; cut its weights or choose a lower order");
      for (int& s : shift) s = core::larger(0, s - 1);
    }
    if constexpr (degrees > 1)
      for (int d = 0; d < degrees; ++d)
        target_.degree_shifts[std::size_t(first.degree + d)] = static_cast<std::uint8_t>(shift[std::size_t(d)]);

    // What a unit of the sums becomes.
    constexpr integer::integer_map map = integers::template map<g.value>;
    // An activation that moved in front of maxima has its value behind them.
    constexpr int shown =
        g.activation < 0 ? g.value
                         : core::larger(g.value, program_type::facts[std::size_t(core::larger(0, g.activation))].value);
    if (map.bits == 16) {
      out_scale = core::larger(1.25 * double(seen_.largest(shown)), 1e-20) / 32767;
      target_.logit_scale[0] = float(out_scale);
    } else {
      int const levels = map.is_signed ? 127 : 255;
      double range = core::larger(double(seen_.best_range(shown, levels)), 1e-20);
      if constexpr (g.activation >= 0) {
        constexpr float limit = bound_of_function<typename operation_at<g.activation>::function>;
        if (limit > 0) range = core::smaller(range, double(limit));
      }
      out_scale = range / levels;
    }
    double const written = adds ? out_scale / (1 << integer::addition_fraction) : out_scale;
    double sum_scale = 0;
    if constexpr (expands)
      sum_scale =
          1.25 * core::larger(double(seen_.largest(program_type::facts[std::size_t(g.head)].value)), 1e-20) / 32767;
    for (int m = 0; m < rows; ++m) {
      long long limit = sum_bounds_[std::size_t(m)];
      for (int pass = 0; pass < 2; ++pass) {  // a bias that rounds makes the bound a little larger
        integer::requantisation const r =
            requantisation_by(row_scale[std::size_t(m)] / (expands ? sum_scale : written), limit);
        put_scale(first.scale + m, r);
        if (pass == 0 && integers::template product_biases<G>.kind == fold::bias_kind::dense && r.before > 0) {
          target_.biases[std::size_t(first.bias + m)] += 1 << (r.before - 1);
          limit += 1LL << (r.before - 1);
        } else {
          break;
        }
      }
    }
    if constexpr (expands) {
      using expansion = operation_at<g.expansion>;
      constexpr fold::operation_form of = expansion::form;
      using basis = integer::integer_basis<of.outputs / of.groups, of.along, 0>;
      double const value_unit = std::ldexp(sum_scale, -basis::fraction);
      constexpr int biases = of.bias.parameters(of.outputs);
      int const from = first.bias + integers::template product_biases<G>.parameters(rows);
      float const* const of_expansion = net_.template numbers_of<g.expansion>();
      long long limit = basis::value_bound(32767);
      double largest_bias = 0;
      for (int i = 0; i < biases; ++i) {
        target_.biases[std::size_t(from + i)] =
            static_cast<std::int32_t>(std::lround(double(of_expansion[i]) / value_unit));
        largest_bias = core::larger(largest_bias, std::abs(double(of_expansion[i]) / value_unit));
      }
      limit += static_cast<long long>(largest_bias * (of.bias.kind == fold::bias_kind::segmented ? of.outputs : 1)) + 1;
      if (limit >= (1LL << 31))
        throw failure("quantise: biases of layer " + std::to_string(integers::stage_of(G)) +
                      " do not fit into 32 bits");
      put_scale(first.scale + rows, requantisation_by(value_unit / written, limit));
    }
    if constexpr (adds)
      put_scale(first.scale + rows + expands,
                requantisation_by(scales_[std::size_t(g.added)] / written, integers::template map<g.added>.bound));
  }

  /// The channel of the source in which an input of filter m lies.
  template <int G>
  [[nodiscard]] static int channel_of(int m, integer::product_input const& in) {
    using inputs = typename integers::template inputs<G>;
    constexpr fold::operation_form form = inputs::form;
    constexpr int channels = integers::template value_shape<inputs::group.source>().channels / form.groups;
    return m / (form.outputs / form.groups) * channels + in.channel;
  }
  /// What a unit of an input of filter m stands for. Channels of the image differ; moments along them share one scale.
  template <int G>
  [[nodiscard]] double unit_of(int m, integer::product_input const& in) const {
    constexpr int source = integers::template group<G>.source;
    double const scale = source == 0 ? pixel_scales_[std::size_t(channel_of<G>(m, in))] : scales_[std::size_t(source)];
    return std::ldexp(scale, integers::template exponent<source>() + in.exponent);
  }

  /// So that weights of all degrees use their codes alike: powers of two between their largest magnitudes.
  template <int Degrees, class Weight>
  [[nodiscard]] static std::vector<int> degree_shifts(int rows, int fan_in, std::vector<int> const& degree,
                                                      Weight weight) {
    std::vector<int> shift(Degrees, 0);
    std::vector<double> largest(Degrees, 0);
    for (int m = 0; m < rows; ++m)
      for (int k = 0; k < fan_in; ++k) {
        double& of_degree = largest[std::size_t(degree[std::size_t(k)])];
        of_degree = core::larger(of_degree, std::abs(weight(m, k)));
      }
    double least = 0;
    for (double const l : largest)
      if (l > 0 && (least == 0 || l < least)) least = l;
    for (std::size_t d = 0; d < shift.size(); ++d)
      if (largest[d] > 0) shift[d] = std::clamp(int(std::lround(std::log2(largest[d] / least))), 0, 7);
    return shift;
  }

  /// Writes codes and biases of a product; false where a sum could leave 31 bits.
  template <int G>
  bool fill_codes(std::vector<int> const& shift, std::vector<int> const& degree, std::vector<long long> const& bound,
                  std::vector<double> const& row_scale, std::vector<double> const& unit,
                  std::vector<double> const& compensation) {
    constexpr integer::integer_group g = integers::template group<G>;
    constexpr auto first = integers::places[G];
    constexpr fold::operation_form form = operation_at<g.head>::form;
    constexpr int fan_in = form.fan_in();
    float const* const parameters = net_.template numbers_of<g.head>();
    constexpr fold::bias_rule rule = integers::template product_biases<G>;
    std::vector<double> biases = product_biases<g.head>();
    sum_bounds_.assign(std::size_t(form.outputs), 0);
    for (int m = 0; m < form.outputs; ++m) {
      long long sum = 0;
      double of_zero = 0;  // what the sum has where all is padding
      std::vector<double> rest(parameters + m * fan_in, parameters + (m + 1) * fan_in);
      for (int k = 0; k < fan_in; ++k) {
        int const s = shift[std::size_t(degree[std::size_t(k)])];
        double const step = std::ldexp(row_scale[std::size_t(m)], s) / unit[std::size_t(m * fan_in + k)];  // of a code
        long const code = std::clamp(std::lround(rest[std::size_t(k)] / step), -127L, 127L);
        double const off = rest[std::size_t(k)] - double(code) * step;
        for (int j = k + 1; j < fan_in && !compensation.empty(); ++j)
          rest[std::size_t(j)] -= off * compensation[static_cast<std::size_t>(k) * fan_in + std::size_t(j)];
        target_.codes[std::size_t(first.code + m * fan_in + integers::template inputs<G>::place[k])] =
            static_cast<std::int8_t>(code);
        sum += (std::labs(code) << s) * bound[std::size_t(k)];
        if constexpr (integers::template takes_zero_off<G>) of_zero += double(code << s) * zero_input<G>(m, k);
      }
      if constexpr (rule.kind == fold::bias_kind::dense) {
        double const code = biases[std::size_t(m)] / row_scale[std::size_t(m)] - of_zero;
        if (!(std::abs(code) < double(1 << 30))) return false;
        std::int32_t& stored = target_.biases[std::size_t(first.bias + m)];
        stored = static_cast<std::int32_t>(std::lround(code));
        sum += std::llabs(stored);
      }
      sum_bounds_[std::size_t(m)] = sum;
    }
    if constexpr (rule.kind == fold::bias_kind::segmented) {
      double largest = 0;
      for (int i = 0; i < rule.parameters(form.outputs); ++i) {
        double const code = double(parameters[form.coefficients() + i]) / row_scale[0];
        if (!(std::abs(code) < double(1 << 30))) return false;
        target_.biases[std::size_t(first.bias + i)] = static_cast<std::int32_t>(std::lround(code));
        largest = core::larger(largest, std::abs(code));
      }
      for (long long& sum : sum_bounds_) sum += static_cast<long long>(largest * form.outputs);
    }
    return *std::max_element(sum_bounds_.begin(), sum_bounds_.end()) < (1LL << 30);
  }

  /// Biases of the outputs of a product, each by itself.
  template <int J>
  [[nodiscard]] std::vector<double> product_biases() const {
    constexpr fold::operation_form form = operation_at<J>::form;
    using bias = typename operation_at<J>::bias;
    float const* const stored = net_.template numbers_of<J>() + form.coefficients();
    std::vector<float> expanded(std::size_t(bias::scratch) + 1);
    bias::prepare(stored, expanded.data());
    std::vector<double> all;
    for (int m = 0; m < form.outputs; ++m)
      all.push_back(double(bias::template start<float>(stored, expanded.data(), m)));
    return all;
  }
  /// What input k of filter m, a moment, is over nothing but padding.
  template <int G>
  [[nodiscard]] double zero_input(int m, int k) const {
    integer::product_input const in = integers::template inputs<G>::at(k);
    int const zero =
        integers::template group<G>.source == 0 ? int(target_.zeros[std::size_t(channel_of<G>(m, in))]) : 128;
    return std::ldexp(double(in.of_one) * zero, -in.exponent);
  }

  void put_scale(int i, integer::requantisation const& r) {
    target_.multipliers[std::size_t(i)] = r.multiplier;
    target_.shifts[std::size_t(2 * i)] = r.before;
    target_.shifts[std::size_t(2 * i + 1)] = r.after;
  }

  Source const& net_;
  calibration<Source> const& seen_;
  Target& target_;
  std::array<double, std::size_t(steps) + 1> scales_{};  // what a code of each value stands for
  std::array<double, std::size_t(Source::input_shape.channels)> pixel_scales_{};
  std::vector<long long> sum_bounds_;
};

}  // namespace detail

/// Sets `target` to `net` in integers, for images whose pixels the network was trained on as `pixels` normalises them. Throws
/// `failure` where the normalisation is not for the network's images, or sums do not fit into 32 bits.
template <auto Pipeline, int8_numbers Numbers, auto Schedule>
void quantise(network<Pipeline> const& net, calibration<network<Pipeline>> const& seen, normalisation const& pixels,
              network<Pipeline, Numbers, Schedule>& target) {
  detail::int8_quantiser<network<Pipeline>, network<Pipeline, Numbers, Schedule>>(net, seen, pixels, target).run();
}

}  // namespace polyfold
