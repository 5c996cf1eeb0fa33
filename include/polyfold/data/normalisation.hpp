// Normalisation of pixels, channel by channel: x = (byte / 255 - mean) / deviation.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

/// Mean and standard deviation of bytes / 255. One pair serves all channels; else there is a pair for every channel.
struct normalisation {
  std::vector<float> mean{0.0f};
  std::vector<float> deviation{1.0f};

  normalisation() = default;
  normalisation(float the_mean, float the_deviation) : mean{the_mean}, deviation{the_deviation} {}
  normalisation(std::vector<float> means, std::vector<float> deviations)
      : mean(std::move(means)), deviation(std::move(deviations)) {}

  [[nodiscard]] float operator()(std::uint8_t byte, std::size_t channel = 0) const {
    std::size_t const c = mean.size() == 1 ? 0 : channel;
    return (float(byte) / 255 - mean[c]) / deviation[c];
  }

  /// Throws `failure` unless there is a pair for each of `channels` channels, or one for all, and no deviation is 0.
  void check(int channels) const {
    if (mean.size() != deviation.size() || (mean.size() != 1 && mean.size() != std::size_t(channels)))
      throw failure("normalisation: " + std::to_string(mean.size()) + " means and " + std::to_string(deviation.size()) +
                    " deviations; expected one of each, or " + std::to_string(channels) + ", one for each channel");
    for (std::size_t c = 0; c < mean.size(); ++c)
      if (!core::is_finite(mean[c]) || !core::is_finite(deviation[c]) || !(deviation[c] > 0))
        throw failure("normalisation: mean " + number_text(double(mean[c])) + " and deviation " +
                      number_text(double(deviation[c])) + " of channel " + std::to_string(c) +
                      "; expected finite numbers, the deviation above 0");
  }
};

/// Mean and standard deviation of every channel over the images with the numbers `which`, or over all. Computed from
/// counts of the 256 values, so that no rounding adds up. Throws `failure` where there are no images, or where a channel
/// has one value everywhere.
[[nodiscard]] inline normalisation measure_normalisation(image_set const& images,
                                                         std::span<std::size_t const> which = {}) {
  std::size_t const count = which.empty() ? images.size() : which.size();
  if (count == 0) throw failure("measure_normalisation: there are no images");
  std::size_t const plane = images.image_bytes() / std::size_t(images.channels);
  std::vector<std::array<std::uint64_t, 256>> counts(std::size_t(images.channels));
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const number = which.empty() ? i : which[i];
    if (number >= images.size())
      throw failure("measure_normalisation: image " + std::to_string(number) + " of " + std::to_string(images.size()));
    auto const image = images.image(number);
    for (std::size_t c = 0; c < counts.size(); ++c)
      for (std::uint8_t const byte : image.subspan(c * plane, plane)) ++counts[c][byte];
  }
  double const pixels = double(count) * double(plane);
  normalisation result{std::vector<float>(), std::vector<float>()};
  for (std::size_t c = 0; c < counts.size(); ++c) {
    double mean = 0;
    double variance = 0;
    for (std::size_t v = 0; v < 256; ++v) mean += double(counts[c][v]) * double(v);
    mean /= pixels;
    for (std::size_t v = 0; v < 256; ++v) variance += double(counts[c][v]) * (double(v) - mean) * (double(v) - mean);
    variance /= pixels;
    if (!(variance > 0))
      throw failure("measure_normalisation: channel " + std::to_string(c) +
                    " has the same value everywhere; give its mean and deviation instead");
    result.mean.push_back(float(mean / 255));
    result.deviation.push_back(float(std::sqrt(variance) / 255));
  }
  return result;
}

}  // namespace polyfold
