// Images as a network reads them: normalised, side by side in the lanes of a scalar, shifted at random where asked.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/io/error.hpp>
#include <polyfold/io/image_set.hpp>

namespace polyfold {

/// x = (byte / 255 - mean) / deviation, the same for all channels.
struct normalisation {
  float mean = 0;
  float deviation = 1;
  [[nodiscard]] float operator()(std::uint8_t byte) const { return (float(byte) / 255 - mean) / deviation; }
};

/// A view of labelled images, in an order of its own. The images must outlive it.
class batch_source {
 public:
  /// Images [first, last) of `images`, or all.
  explicit batch_source(image_set const& images, normalisation n = {}, std::size_t first = 0,
                        std::size_t last = SIZE_MAX)
      : images_(&images) {
    last = std::min(last, images.size());
    if (first >= last)
      throw error("batch_source: images [" + std::to_string(first) + ", " + std::to_string(last) + ") are none");
    if (images.labels.size() != images.size())
      throw error("batch_source: " + std::to_string(images.size()) + " images with " +
                  std::to_string(images.labels.size()) + " labels: expected one label for each");
    order_.resize(last - first);
    std::iota(order_.begin(), order_.end(), first);
    for (int byte = 0; byte < 256; ++byte) values_[std::size_t(byte)] = n(static_cast<std::uint8_t>(byte));
  }

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] shape image_shape() const { return {images_->channels, images_->height, images_->width}; }
  [[nodiscard]] image_set const& images() const { return *images_; }
  /// Number within the image set of image i of this view.
  [[nodiscard]] std::size_t index(std::size_t i) const { return order_[i]; }
  [[nodiscard]] int label(std::size_t i) const { return images_->labels[order_[i]]; }

  /// The order of an epoch: the same for the same seed.
  void shuffle(std::uint64_t seed) {
    std::sort(order_.begin(), order_.end());
    std::mt19937_64 random(seed);
    // Fisher and Yates with an explicit draw: std::shuffle differs between standard libraries.
    for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random() % i]);
  }

  /// Image i in lane `lane` of `out` (C * H * W scalars), moved down and right by (dy, dx) pixels; what moves in is black.
  template <class T>
  void load(std::size_t i, T* out, int lane = 0, int dy = 0, int dx = 0) const {
    auto const pixels = images_->image(order_[i]);
    int const h = images_->height;
    int const w = images_->width;
    for (int c = 0; c < images_->channels; ++c)
      for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x) {
          int const from_y = y - dy;
          int const from_x = x - dx;
          bool const inside = from_y >= 0 && from_y < h && from_x >= 0 && from_x < w;
          float const value = values_[inside ? pixels[std::size_t((c * h + from_y) * w + from_x)] : 0];
          T& target = out[(c * h + y) * w + x];
          if constexpr (lane_count<T> == 1)
            target = T(value);
          else
            target.set(lane, value);
        }
  }

 private:
  image_set const* images_;
  std::array<float, 256> values_{};
  std::vector<std::size_t> order_;
};

}  // namespace polyfold
