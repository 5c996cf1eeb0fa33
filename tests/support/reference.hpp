// A second opinion: convolution by its formula, in double, without a thought for speed.
#pragma once

#include <cmath>
#include <vector>

#include <polyfold/core/shape.hpp>

namespace test {

struct convolution_problem {
  polyfold::shape in;
  int filters;
  polyfold::window w;
  int groups = 1;

  [[nodiscard]] int channels() const { return in.channels / groups; }
  [[nodiscard]] int weights() const { return filters * channels() * w.y.size * w.x.size; }
};

/// out(m, y, x) = bias(m) + sum of weight(m, c, r, s) * in(c, y * stride - top + r * dilation,
///                                                                x * stride - left + s * dilation)
/// `weight` and `bias` are functions of the indices.
template <class Weight, class Bias>
[[nodiscard]] std::vector<double> convolve(convolution_problem const& p, Weight weight, Bias bias, float const* image) {
  int const height =
      (p.w.y.before + p.in.height + p.w.y.after - p.w.y.dilation * (p.w.y.size - 1) - 1) / p.w.y.stride + 1;
  int const width =
      (p.w.x.before + p.in.width + p.w.x.after - p.w.x.dilation * (p.w.x.size - 1) - 1) / p.w.x.stride + 1;
  std::vector<double> out;
  for (int m = 0; m < p.filters; ++m)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        double sum = bias(m);
        int const first = m / (p.filters / p.groups) * p.channels();
        for (int c = 0; c < p.channels(); ++c)
          for (int r = 0; r < p.w.y.size; ++r)
            for (int s = 0; s < p.w.x.size; ++s) {
              int const iy = y * p.w.y.stride - p.w.y.before + r * p.w.y.dilation;
              int const ix = x * p.w.x.stride - p.w.x.before + s * p.w.x.dilation;
              if (iy < 0 || iy >= p.in.height || ix < 0 || ix >= p.in.width) continue;
              sum += weight(m, c, r, s) * double(image[((first + c) * p.in.height + iy) * p.in.width + ix]);
            }
        out.push_back(sum);
      }
  return out;
}

/// Largest difference, relative to the largest expected value; huge where a value is missing or is not a number.
template <class Actual, class Expected>
[[nodiscard]] double relative_error(Actual const& actual, Expected const& expected) {
  double difference = 0;
  double largest = 0;
  auto next = actual.begin();
  for (auto const& e : expected) {
    if (next == actual.end()) return 1e300;
    double const found = double(*next++);
    difference = std::fmax(difference, std::isnan(found) ? 1e300 : std::abs(found - double(e)));
    largest = std::fmax(largest, std::abs(double(e)));
  }
  return largest > 0 ? difference / largest : difference;
}

}  // namespace test
