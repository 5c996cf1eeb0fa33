// How large the numbers in a network's maps get: what scales of 8-bit maps are chosen by.
//
//   calibration<network<digits>> seen;
//   for (auto const& image : images) seen.widen(net, image);    // first the largest
//   for (auto const& image : images) seen.add(net, image);      // then how often each magnitude comes
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/program.hpp>

namespace polyfold {

template <class Network>
class calibration {
  using program_type = typename Network::program_type;
  static constexpr int steps = program_type::steps;

 public:
  static constexpr int bins = 2048;

  /// Takes the largest magnitudes of an image's values into account: input_shape.size() normalised floats.
  void widen(Network const& net, float const* image) {
    for_each_value(net, image, [&](int v, std::vector<float> const& values) {
      for (float const x : values) largest_[std::size_t(v)] = std::max(largest_[std::size_t(v)], std::abs(x));
    });
  }
  /// Counts the magnitudes of an image's values; larger ones than were seen before count as the largest.
  void add(Network const& net, float const* image) {
    for_each_value(net, image, [&](int v, std::vector<float> const& values) {
      auto& counts = counts_[std::size_t(v)];
      counts.resize(bins);
      float const scale = float(bins) / std::max(largest_[std::size_t(v)], 1e-30f);
      for (float const x : values)
        ++counts[std::size_t(std::clamp(int(std::abs(x) * scale), 0, bins - 1))];
    });
  }

  /// The largest magnitude of value v; 0 where nothing was seen.
  [[nodiscard]] float largest(int v) const { return largest_[std::size_t(v)]; }

  /// The number that the largest of `levels` codes should stand for, so that rounding and clipping together do least: the
  /// smallest sum of squared errors.
  [[nodiscard]] float best_range(int v, int levels) const {
    auto const& counts = counts_[std::size_t(v)];
    float const top = largest(v);
    if (counts.empty() || top == 0) return top;
    double best = -1;
    float range = top;
    for (int part = 128; part >= 32; --part) {
      double const clip = double(top) * part / 128;
      double const step = clip / levels;
      double error = 0;
      for (int b = 0; b < bins; ++b) {
        if (counts[std::size_t(b)] == 0) continue;
        double const x = (b + 0.5) * double(top) / bins;
        double const off = x > clip ? (x - clip) * (x - clip) : step * step / 12;
        error += off * double(counts[std::size_t(b)]);
      }
      if (best >= 0 && error >= best) continue;
      best = error;
      range = float(clip);
    }
    return range;
  }

 private:
  template <class Visit>
  void for_each_value(Network const& net, float const* image, Visit visit) {
    values_[0].assign(image, image + Network::input_shape.size());
    visit(0, values_[0]);
    program_type::for_each_step([&]<int J>() {
      constexpr auto const& facts = program_type::facts[std::size_t(J)];
      using operation_type = typename program_type::template operation_at<J>;
      context<float> at;
      at.numbers = net.template numbers_of<J>();
      at.map = net.maps.data() + facts.first_map_byte;
      scratch_.resize(std::size_t(facts.scratch));
      at.scratch = scratch_.data();
      auto& out = values_[std::size_t(facts.value)];
      out.resize(std::size_t(operation_type::output.size()));
      tensor_view<float, operation_type::output> const to(out.data());
      constexpr int first = facts.sources[0];
      constexpr int second = facts.sources[1];
      tensor_view<float const, program_type::template value_shape<first>()> const in(values_[std::size_t(first)].data());
      row_range const all{0, operation_type::output.height};
      if constexpr (second >= 0)
        operation_type::forward(
            at, all, to, in,
            tensor_view<float const, program_type::template value_shape<second>()>(values_[std::size_t(second)].data()));
      else
        operation_type::forward(at, all, to, in);
      visit(facts.value, out);
    });
  }

  std::array<float, std::size_t(steps) + 1> largest_{};
  std::array<std::vector<std::uint64_t>, std::size_t(steps) + 1> counts_;
  std::array<std::vector<float>, std::size_t(steps) + 1> values_;
  std::vector<float> scratch_;
};

}  // namespace polyfold
