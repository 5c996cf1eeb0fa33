// Cross-entropy of softmax(logits), with optional distillation from another network's logits.
//
//   loss = (1 - w) * -log softmax(z)_label + w * t^2 * KL(softmax(teacher / t) || softmax(z / t))   (Hinton et al. 2015)
//
// With label smoothing s, each class has the target s / classes, and the label 1 - s more (Szegedy et al. 2016).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/lanes.hpp>

namespace polyfold {

struct distillation {
  float weight = 0;  // 0: off
  float temperature = 4;
};

}  // namespace polyfold

namespace polyfold::training {

/// Sums over the images of one scalar.
struct loss_sums {
  double loss = 0;
  int correct = 0;
  int images = 0;
  loss_sums& operator+=(loss_sums const& b) {
    loss += b.loss;
    correct += b.correct;
    images += b.images;
    return *this;
  }
};

}  // namespace polyfold::training

namespace polyfold {

namespace detail {
template <std::size_t Classes>
std::array<float, Classes> softmax_of(std::array<float, Classes> z, float temperature) {
  float const largest = *std::max_element(z.begin(), z.end());
  float sum = 0;
  for (float& v : z) sum += v = std::exp((v - largest) / temperature);
  for (float& v : z) v /= sum;
  return z;
}
}  // namespace detail

}  // namespace polyfold

namespace polyfold::training {

/// Loss and its gradient for N images side by side: `logits`, `teacher` (or null) and `gradient` hold Classes scalars,
/// `labels` one class per lane or -1 for a lane without an image. The gradient is multiplied by `scale`; `smoothing`, from 0 to
/// below 1, is that of the labels.
template <int Classes, int N>
loss_sums cross_entropy(lanes<float, N> const* logits, int const* labels, float scale, lanes<float, N>* gradient,
                        distillation d = {}, lanes<float, N> const* teacher = nullptr, float smoothing = 0) {
  constexpr std::size_t classes = Classes;
  loss_sums sums;
  for (int lane = 0; lane < N; ++lane) {
    if (labels[lane] < 0) {
      for (std::size_t k = 0; k < classes; ++k) gradient[k].set(lane, 0);
      continue;
    }
    auto const label = std::size_t(labels[lane]);
    std::array<float, classes> z;
    for (std::size_t k = 0; k < classes; ++k) z[k] = logits[k][lane];
    std::array<float, classes> const p = polyfold::detail::softmax_of(z, 1);
    float const hard = teacher == nullptr ? 1 : 1 - d.weight;
    std::array<float, classes> g = p;
    auto const log_of = [&p](std::size_t k) { return std::log(core::larger(double(p[k]), 1e-30)); };
    g[label] -= 1 - smoothing;
    sums.loss -= double(hard) * double(1 - smoothing) * log_of(label);
    if (smoothing > 0)
      for (std::size_t k = 0; k < classes; ++k) {
        g[k] -= smoothing / float(Classes);
        sums.loss -= double(hard * smoothing) / Classes * log_of(k);
      }
    for (float& v : g) v *= hard;
    if (teacher != nullptr) {
      std::array<float, classes> t;
      for (std::size_t k = 0; k < classes; ++k) t[k] = teacher[k][lane];
      t = polyfold::detail::softmax_of(t, d.temperature);
      std::array<float, classes> const soft = polyfold::detail::softmax_of(z, d.temperature);
      for (std::size_t k = 0; k < classes; ++k) {
        g[k] += d.weight * d.temperature * (soft[k] - t[k]);
        if (t[k] > 0)
          sums.loss += double(d.weight * d.temperature * d.temperature * t[k]) *
                       (std::log(double(t[k])) - std::log(core::larger(double(soft[k]), 1e-30)));
      }
    }
    for (std::size_t k = 0; k < classes; ++k) gradient[k].set(lane, g[k] * scale);
    sums.correct += std::size_t(std::max_element(z.begin(), z.end()) - z.begin()) == label;
    ++sums.images;
  }
  return sums;
}

}  // namespace polyfold::training
