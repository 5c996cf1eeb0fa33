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
  [[nodiscard]] int weights() const { return filters * channels() * w.height * w.width; }
};

/// out(m, y, x) = bias(m) + sum of weight(m, c, r, s) * in(c, y * stride - padding + r, x * stride - padding + s)
/// `weight` and `bias` are functions of the indices.
template <class Weight, class Bias>
[[nodiscard]] std::vector<double> convolve(convolution_problem const& p, Weight weight, Bias bias, float const* image) {
  int const height = (p.in.height + 2 * p.w.padding_y - p.w.height) / p.w.stride_y + 1;
  int const width = (p.in.width + 2 * p.w.padding_x - p.w.width) / p.w.stride_x + 1;
  std::vector<double> out;
  for (int m = 0; m < p.filters; ++m)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        double sum = bias(m);
        int const first = m / (p.filters / p.groups) * p.channels();
        for (int c = 0; c < p.channels(); ++c)
          for (int r = 0; r < p.w.height; ++r)
            for (int s = 0; s < p.w.width; ++s) {
              int const iy = y * p.w.stride_y - p.w.padding_y + r;
              int const ix = x * p.w.stride_x - p.w.padding_x + s;
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
