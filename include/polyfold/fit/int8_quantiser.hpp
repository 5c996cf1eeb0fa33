// From float32 numbers to the codes, biases and requantisations of a network in integers, group by group.
//
// Each filter gets the scale that its largest weight needs, degrees of moments shifts between them, so that codes of high and low
// degrees use all of their bits. Weights are rounded one after the other, and what each rounding does to the sums of the
// calibration's images is taken back by those that are still to be rounded (fit/rounding_compensation.hpp). No sum can overflow
// (integers/sum_bounds.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fit/calibrate.hpp>
#include <polyfold/fit/map_scales.hpp>
#include <polyfold/fit/rounding_compensation.hpp>
#include <polyfold/integers/sum_bounds.hpp>
#include <polyfold/network.hpp>

namespace polyfold::detail {

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

template <class Source, class Target>
class int8_quantiser {
  using integers = typename Target::integers;
  using program_type = typename Source::program_type;
  template <int J>
  using operation_at = typename program_type::template operation_at<J>;

 public:
  /// `effort`: roughly, products that the choice of each filter's scale may take. `seen` must outlive it.
  int8_quantiser(calibration<Source> const& seen, map_scales<Source> const& scales, int effort = 1'000'000)
      : seen_(seen), scales_(scales), effort_(effort) {
    core::for_constexpr<integers::groups>([&]<int G>() {
      constexpr integer::integer_group g = integers::template group<G>;
      if constexpr (g.kind == integer::integer_group_kind::product) {
        constexpr int fan_in = operation_at<g.head>::form.fan_in();
        roundings_[std::size_t(G)] =
            compensated_rounding(seen.products_of_inputs(g.head), fan_in + 1, fan_in + int(has_biases<G>));
      }
    });
  }

  /// Sets `target` to `net`. `rounded`, where it is not null, takes the numbers that the codes stand for: those of
  /// Source::parameters, biases left out. Throws `failure` where sums do not fit into 32 bits.
  void operator()(Source const& net, Target& target, float* rounded = nullptr) const {
    for (int c = 0; c < Source::input_shape.channels; ++c) target.zeros[std::size_t(c)] = scales_.zero(c);
    core::for_constexpr<integers::groups>([&]<int G>() { quantise_group<G>({net, target, rounded}); });
  }

 private:
  struct task {
    Source const& net;
    Target& target;
    float* rounded;
  };

  template <int G>
  void quantise_group(task const& at) const {
    constexpr integer::integer_group g = integers::template group<G>;
    if constexpr (g.kind == integer::integer_group_kind::product) {
      quantise_product<G>(at);
    } else if constexpr (g.kind == integer::integer_group_kind::average) {
      constexpr int area = operation_at<g.head>::input_window.area();
      put_scale(
          at, integers::places[G].scale,
          requantisation_by(scales_[g.source] / area / scales_[g.value], area * integers::template map<g.value>.bound));
    }
  }

  template <int G>
  void quantise_product(task const& at) const {
    constexpr integer::integer_group g = integers::template group<G>;
    constexpr auto first = integers::places[G];
    using product_type = operation_at<g.head>;
    constexpr fold::operation_form form = product_type::form;
    constexpr bool expands = g.expansion >= 0;
    constexpr bool adds = g.added >= 0;
    constexpr int fan_in = form.fan_in();
    constexpr int rows = form.outputs;
    constexpr int degrees = integers::template degree_count<G>;
    float const* const parameters = at.net.template numbers_of<g.head>();

    // What a unit of each input stands for, and its degree.
    std::vector<double> unit(static_cast<std::size_t>(rows * fan_in));
    std::vector<int> degree(static_cast<std::size_t>(fan_in));
    for (int k = 0; k < fan_in; ++k) {
      integer::product_input const in = integers::template inputs<G>::at(k);
      degree[std::size_t(k)] = in.degree;
      for (int m = 0; m < rows; ++m) unit[std::size_t(m * fan_in + k)] = unit_of<G>(m, in);
    }
    auto const weight = [&](int m, int k) {
      return double(parameters[m * fan_in + k]) * unit[std::size_t(m * fan_in + k)];
    };

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
      if constexpr (degrees > 1)
        for (int d = 0; d < degrees; ++d)
          at.target.degree_shifts[std::size_t(first.degree + d)] = static_cast<std::uint8_t>(shift[std::size_t(d)]);
      if (fill_codes<G>(at, shift, degree, row_scale, unit)) break;
      if (extra == 8)
        throw failure("quantise: sums of layer " + std::to_string(integers::stage_of(G)) +
                      " do not fit into 32 bits; cut its weights or choose a lower order");
      for (int& s : shift) s = core::larger(0, s - 1);
    }

    // What a unit of the sums becomes.
    double const out_scale = scales_[g.value];
    if constexpr (g.value == integers::result) at.target.logit_scale[0] = float(out_scale);
    double const written = adds ? out_scale / (1 << integer::addition_fraction) : out_scale;
    double sum_scale = 0;
    if constexpr (expands)
      sum_scale =
          1.25 * core::larger(double(seen_.largest(program_type::facts[std::size_t(g.head)].value)), 1e-20) / 32767;
    for (int m = 0; m < rows; ++m) {
      long long limit = integer::detail::whole_sum_bound<G>(at.target, m);
      for (int pass = 0; pass < 2; ++pass) {  // a bias that rounds makes the bound a little larger
        integer::requantisation const r =
            requantisation_by(row_scale[std::size_t(m)] / (expands ? sum_scale : written), limit);
        put_scale(at, first.scale + m, r);
        if (pass == 0 && integers::template product_biases<G>.kind == fold::bias_kind::dense && r.before > 0) {
          at.target.biases[std::size_t(first.bias + m)] += 1 << (r.before - 1);
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
      float const* const of_expansion = at.net.template numbers_of<g.expansion>();
      for (int i = 0; i < biases; ++i)
        at.target.biases[std::size_t(from + i)] =
            static_cast<std::int32_t>(std::lround(double(of_expansion[i]) / value_unit));
      long long limit = 0;
      for (int m = 0; m < of.outputs; ++m)
        limit = core::larger(limit, integer::detail::expansion_bound<G>(at.target, m));
      if (limit >= (1LL << 31))
        throw failure("quantise: biases of layer " + std::to_string(integers::stage_of(G)) +
                      " do not fit into 32 bits");
      put_scale(at, first.scale + rows, requantisation_by(value_unit / written, limit));
    }
    if constexpr (adds)
      put_scale(at, first.scale + rows + expands,
                requantisation_by(scales_[g.added] / written, integers::template map<g.added>.bound));
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
    double const scale = source == 0 ? scales_.of_pixel(channel_of<G>(m, in)) : scales_[source];
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

  /// A filter with a bias of its own: that takes back what rounding its weights does to the mean of its sums.
  template <int G>
  static constexpr bool has_biases =
      operation_at<integers::template group<G>.head>::form.bias.kind == fold::bias_kind::dense;

  /// Writes codes and biases of a product, and the best scale of each filter; false where a sum could leave 31 bits.
  template <int G>
  bool fill_codes(task const& at, std::vector<int> const& shift, std::vector<int> const& degree,
                  std::vector<double>& row_scale, std::vector<double> const& unit) const {
    constexpr integer::integer_group g = integers::template group<G>;
    constexpr auto first = integers::places[G];
    constexpr fold::operation_form form = operation_at<g.head>::form;
    constexpr int fan_in = form.fan_in();
    float const* const parameters = at.net.template numbers_of<g.head>();
    constexpr fold::bias_rule rule = integers::template product_biases<G>;
    std::vector<double> biases = product_biases<g.head>(at);
    float* const rounded = at.rounded == nullptr ? nullptr : at.rounded + (parameters - at.net.parameters.data());
    constexpr bool one_scale = rule.kind == fold::bias_kind::segmented;
    for (int m = 0; m < form.outputs; ++m) {
      std::vector<double> numbers(parameters + m * fan_in, parameters + (m + 1) * fan_in);
      if constexpr (has_biases<G>) numbers.push_back(biases[std::size_t(m)]);
      std::vector<double> steps(numbers.size(), 0.0);
      std::vector<double> best;
      double least = -1;
      double const full = row_scale[std::size_t(m)];
      int const tries = one_scale ? 1 : std::clamp(effort_ / int(3 * numbers.size() * numbers.size()), 1, 1000);
      for (int i = 0; i < tries; ++i) {
        double const scale = tries == 1 ? full : full * (0.75 + 0.65 * i / (tries - 1));
        for (int k = 0; k < fan_in; ++k)
          steps[std::size_t(k)] =
              std::ldexp(scale, shift[std::size_t(degree[std::size_t(k)])]) / unit[std::size_t(m * fan_in + k)];
        std::vector<double> values = numbers;
        double const error = roundings_[std::size_t(G)](values, steps);
        if (least >= 0 && error >= least) continue;
        least = error;
        best = values;
        row_scale[std::size_t(m)] = scale;
      }
      double of_zero = 0;  // what the sum has where all is padding
      for (int k = 0; k < fan_in; ++k) {
        int const s = shift[std::size_t(degree[std::size_t(k)])];
        double const step = std::ldexp(row_scale[std::size_t(m)], s) / unit[std::size_t(m * fan_in + k)];
        long const code = std::lround(best[std::size_t(k)] / step);
        at.target.codes[std::size_t(first.code + m * fan_in + integers::template inputs<G>::place[k])] =
            static_cast<std::int8_t>(code);
        if (rounded != nullptr) rounded[m * fan_in + k] = float(best[std::size_t(k)]);
        if constexpr (integers::template takes_zero_off<G>) of_zero += double(code << s) * zero_input<G>(at, m, k);
      }
      if constexpr (has_biases<G>) {
        biases[std::size_t(m)] = best.back();
        if (rounded != nullptr) rounded[form.coefficients() + m] = float(best.back());
      }
      if constexpr (rule.kind == fold::bias_kind::dense) {
        double const code = biases[std::size_t(m)] / row_scale[std::size_t(m)] - of_zero;
        if (!(std::abs(code) < double(1 << 30))) return false;
        at.target.biases[std::size_t(first.bias + m)] = static_cast<std::int32_t>(std::lround(code));
      }
    }
    if constexpr (rule.kind == fold::bias_kind::segmented) {
      for (int i = 0; i < rule.parameters(form.outputs); ++i) {
        double const code = double(parameters[form.coefficients() + i]) / row_scale[0];
        if (!(std::abs(code) < double(1 << 30))) return false;
        at.target.biases[std::size_t(first.bias + i)] = static_cast<std::int32_t>(std::lround(code));
      }
    }
    for (int m = 0; m < form.outputs; ++m)
      if (integer::detail::sum_bound<G>(at.target, m) >= (1LL << 30)) return false;
    return true;
  }

  /// Biases of the outputs of a product, each by itself.
  template <int J>
  [[nodiscard]] std::vector<double> product_biases(task const& at) const {
    constexpr fold::operation_form form = operation_at<J>::form;
    using bias = typename operation_at<J>::bias;
    float const* const stored = at.net.template numbers_of<J>() + form.coefficients();
    std::vector<float> expanded(std::size_t(bias::scratch) + 1);
    bias::prepare(stored, expanded.data());
    std::vector<double> all;
    for (int m = 0; m < form.outputs; ++m)
      all.push_back(double(bias::template start<float>(stored, expanded.data(), m)));
    return all;
  }
  /// What input k of filter m, a moment, is over nothing but padding.
  template <int G>
  [[nodiscard]] static double zero_input(task const& at, int m, int k) {
    integer::product_input const in = integers::template inputs<G>::at(k);
    int const zero =
        integers::template group<G>.source == 0 ? int(at.target.zeros[std::size_t(channel_of<G>(m, in))]) : 128;
    return std::ldexp(double(in.of_one) * zero, -in.exponent);
  }

  static void put_scale(task const& at, int i, integer::requantisation const& r) {
    at.target.multipliers[std::size_t(i)] = r.multiplier;
    at.target.shifts[std::size_t(2 * i)] = r.before;
    at.target.shifts[std::size_t(2 * i + 1)] = r.after;
  }

  calibration<Source> const& seen_;
  map_scales<Source> scales_;
  int effort_;
  std::array<compensated_rounding, std::size_t(integers::groups)> roundings_;
};

}  // namespace polyfold::detail
