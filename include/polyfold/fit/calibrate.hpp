// How large the numbers in a network's maps get, and how the inputs of its products go together: what scales of 8-bit maps are
// chosen by, and how weights are rounded.
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
#include <numeric>
#include <span>
#include <vector>

#include <polyfold/core/tensor.hpp>
#include <polyfold/fold/operation.hpp>
#include <polyfold/schedules/whole_maps.hpp>

namespace polyfold {

/// How much of what a map showed its codes span. What lies beyond is clipped.
struct range_rule {
  double share = 0;  ///< of the magnitudes that are not clipped; 0: as many as leave the least squared error
  friend constexpr bool operator==(range_rule const&, range_rule const&) = default;
};
inline constexpr range_rule least_squared_error{};
/// percentile(99.9) clips one magnitude in a thousand, percentile(100) none.
[[nodiscard]] constexpr range_rule percentile(double percent) { return {percent / 100}; }

template <class Network>
class calibration {
  using program_type = typename Network::program_type;
  static constexpr int steps = program_type::steps;

 public:
  static constexpr int bins = 2048;

  /// What `range` goes by; choose_ranges (fit/choose_ranges.hpp) finds the best for a network.
  range_rule ranges = least_squared_error;

  /// Takes the largest magnitudes of an image's values into account: input_shape.size() normalised floats.
  void widen(Network const& net, float const* image) {
    for_each_value(net, image, [&](int v, std::span<float const> values) {
      for (float const x : values) largest_[std::size_t(v)] = core::larger(largest_[std::size_t(v)], std::abs(x));
    });
  }
  /// Counts the magnitudes of an image's values, larger ones than were seen before as the largest; and adds up the products of the
  /// inputs that products read, at some of their pixels.
  void add(Network const& net, float const* image) {
    ++images_;
    for_each_value(net, image, [&](int v, std::span<float const> values) {
      auto& counts = counts_[std::size_t(v)];
      counts.resize(bins);
      float const scale = float(bins) / core::larger(largest_[std::size_t(v)], 1e-30f);
      for (float const x : values) ++counts[std::size_t(std::clamp(int(std::abs(x) * scale), 0, bins - 1))];
    });
  }

  /// Of the product of step j: sum over windows of x_a x_b, the lower triangle; behind the inputs of a filter comes 1, that of its bias.
  /// Empty where nothing was counted.
  [[nodiscard]] std::vector<double> const& products_of_inputs(int j) const& { return inputs_[std::size_t(j)]; }
  std::vector<double> const& products_of_inputs(int j) const&& = delete;

  /// The largest magnitude of value v; 0 where nothing was seen.
  [[nodiscard]] float largest(int v) const { return largest_[std::size_t(v)]; }

  /// The number that the largest of `levels` codes of value v should stand for.
  [[nodiscard]] float range(int v, int levels) const {
    auto const& counts = counts_[std::size_t(v)];
    if (counts.empty() || largest(v) == 0) return largest(v);
    return ranges.share > 0 ? range_of_share(v) : range_of_least_error(v, levels);
  }

 private:
  /// So that rounding and clipping together do least.
  [[nodiscard]] float range_of_least_error(int v, int levels) const {
    auto const& counts = counts_[std::size_t(v)];
    float const top = largest(v);
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
  [[nodiscard]] float range_of_share(int v) const {
    auto const& counts = counts_[std::size_t(v)];
    double const all = double(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0)));
    double seen = 0;
    int b = 0;
    while (b < bins && seen < ranges.share * all) seen += double(counts[std::size_t(b++)]);
    return largest(v) * float(b) / float(bins);
  }

  /// Calls visit(v, numbers) for every value as soon as it is computed.
  template <class Visit>
  void for_each_value(Network const& net, float const* image, Visit visit) {
    using plan = fold::inference_plan<program_type, false>;
    workspace_.resize(std::size_t(plan::places.size));
    visit(0, std::span(image, std::size_t(Network::input_shape.size())));
    plan::for_each_call([&]<int J>() {
      using step_type = schedules::detail::step_on_whole_maps<plan, J, 0, 0, float, float const*>;
      using operation_type = typename step_type::operation;
      step_type const step(image, workspace_.data());
      step.run(net.template numbers_of<J>(), net.maps.data() + step_type::facts.first_map_byte);
      if constexpr (operation_type::role == fold::operation_role::product && requires { operation_type::fan_in; })
        if (images_ > 0) add_inputs<operation_type>(step.in(), inputs_[std::size_t(J)]);
      visit(step_type::call.value, std::span(step.out().data(), std::size_t(operation_type::output.size())));
    });
  }

  /// Windows of one group of channels at some pixels, other ones for every image.
  template <class Product, class Input>
  void add_inputs(Input in, std::vector<double>& sums) const {
    constexpr int windows = 32;
    constexpr int fan_in = Product::fan_in;
    constexpr window under = Product::input_window;
    constexpr shape of = Input::extent;
    constexpr int channels = of.channels / Product::filter_groups;
    constexpr int inputs = fan_in + 1;
    sums.resize(static_cast<std::size_t>(inputs) * inputs);
    std::vector<double> x(static_cast<std::size_t>(inputs), 1.0);
    int const pixels = Product::output.pixels();
    for (int n = 0; n < core::smaller(windows, pixels); ++n) {
      int const at = pixels <= windows
                         ? n
                         : int((std::uint64_t(images_) * windows + std::uint64_t(n)) * 7919 % std::uint64_t(pixels));
      int const group = images_ % Product::filter_groups;
      for (int k = 0; k < fan_in; ++k) {
        int const y = under.y.start(at / Product::output.width) + k % under.area() / under.x.size * under.y.dilation;
        int const column = under.x.start(at % Product::output.width) + k % under.x.size * under.x.dilation;
        bool const inside = y >= 0 && y < of.height && column >= 0 && column < of.width;
        x[std::size_t(k)] = inside ? double(in(group * channels + k / under.area(), y, column)) : 0.0;
      }
      for (int a = 0; a < inputs; ++a)
        for (int b = 0; b <= a; ++b)
          sums[static_cast<std::size_t>(a) * inputs + std::size_t(b)] += x[std::size_t(a)] * x[std::size_t(b)];
    }
  }

  std::array<float, std::size_t(steps) + 1> largest_{};
  std::array<std::vector<std::uint64_t>, std::size_t(steps) + 1> counts_;
  std::array<std::vector<double>, std::size_t(steps)> inputs_;  // lower triangles
  std::vector<float> workspace_;
  int images_ = 0;
};

}  // namespace polyfold
