// Images as a network reads them: in an order of their own, normalised, side by side in the lanes of a scalar, changed at
// random where asked.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/lanes.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/data/augmentation.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/data/validation_split.hpp>
#include <polyfold/failure.hpp>

namespace polyfold {

/// A view of labelled images, in an order of its own. The images must outlive it.
class dataset {
 public:
  /// Images [first, last) of `images`, or all. Throws `failure` where these are none, where images lack labels, and where
  /// the normalisation is not for their channels.
  explicit dataset(image_set const& images, normalisation const& n = {}, std::size_t first = 0,
                   std::size_t last = SIZE_MAX)
      : dataset(images, n, numbers_between(first, core::smaller(last, images.size()))) {}
  /// A temporary would not outlive the view.
  explicit dataset(image_set const&& images, normalisation const& n = {}, std::size_t first = 0,
                   std::size_t last = SIZE_MAX) = delete;

  /// The images with the numbers `which`: a part of a validation split, say. Throws `failure` as above.
  dataset(image_set const& images, normalisation const& n, std::vector<std::size_t> which)
      : images_(&images), normalised_by_(n), order_(std::move(which)) {
    if (order_.empty()) throw failure("batch_source: there are no images in this view");
    if (*std::max_element(order_.begin(), order_.end()) >= images.size())
      throw failure("batch_source: a view of " + std::to_string(images.size()) + " images names image " +
                    std::to_string(*std::max_element(order_.begin(), order_.end())));
    if (images.labels.size() != images.size())
      throw failure("batch_source: " + std::to_string(images.size()) + " images with " +
                    std::to_string(images.labels.size()) + " labels: expected one label for each");
    n.check(images.channels);
    values_.resize(std::size_t(images.channels));
    for (std::size_t c = 0; c < values_.size(); ++c)
      for (std::size_t byte = 0; byte < 256; ++byte) values_[c][byte] = n(static_cast<std::uint8_t>(byte), c);
  }

  dataset(image_set const&& images, normalisation const& n, std::vector<std::size_t> which) = delete;

  /// The first `count` images in the present order, or all.
  [[nodiscard]] dataset first(std::size_t count) const {
    dataset part = *this;
    part.order_.resize(core::smaller(core::larger(count, std::size_t(1)), size()));
    return part;
  }

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] shape image_shape() const { return {images_->channels, images_->height, images_->width}; }
  [[nodiscard]] image_set const& images() const { return *images_; }
  [[nodiscard]] normalisation const& normalised_by() const& { return normalised_by_; }
  normalisation const& normalised_by() const&& = delete;  // of a temporary, which takes it with it
  /// Number within the image set of image i of this view.
  [[nodiscard]] std::size_t index(std::size_t i) const { return order_[i]; }
  [[nodiscard]] int label(std::size_t i) const { return images_->labels[order_[i]]; }

  /// The order of an epoch: the same for the same seed.
  void shuffle(std::uint64_t seed) {
    std::sort(order_.begin(), order_.end());
    std::mt19937_64 random(seed);
    detail::shuffle(order_, random);
  }

  /// Image i in lane `lane` of `out` (C * H * W scalars), placed as `p` says.
  template <class T>
  void load(std::size_t i, T* out, int lane = 0, training::placement const& p = {}) const {
    if (p.affine.used)
      load_affine(i, out, lane, p);
    else
      load_moved(i, out, lane, p);
    if (p.cutout > 0) blank(out, lane, p);
  }

 private:
  [[nodiscard]] static std::vector<std::size_t> numbers_between(std::size_t first, std::size_t last) {
    if (first >= last)
      throw failure("batch_source: images [" + std::to_string(first) + ", " + std::to_string(last) + ") are none");
    std::vector<std::size_t> numbers(last - first);
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
  }

  template <class T>
  void load_moved(std::size_t i, T* out, int lane, training::placement const& p) const {
    int const h = images_->height;
    int const w = images_->width;
    // Columns [first, last) of a row come from the image, the others are black.
    int const first = std::clamp(p.right, 0, w);
    int const last = std::clamp(w + p.right, 0, w);
    std::uint8_t const* const pixels = images_->image(order_[i]).data();
    for (int c = 0; c < images_->channels; ++c) {
      auto const& values = values_[std::size_t(c)];
      for (int y = 0; y < h; ++y) {
        T* const row = out + (c * h + y) * w;
        int const from_y = y - p.down;
        if (from_y < 0 || from_y >= h) {
          for (int x = 0; x < w; ++x) put(row[x], lane, values[0]);
          continue;
        }
        std::uint8_t const* const from = pixels + (c * h + from_y) * w;
        for (int x = 0; x < first; ++x) put(row[x], lane, values[0]);
        if (p.mirrored)
          for (int x = first; x < last; ++x) put(row[x], lane, values[from[w - 1 - (x - p.right)]]);
        else
          for (int x = first; x < last; ++x) put(row[x], lane, values[from[x - p.right]]);
        for (int x = last; x < w; ++x) put(row[x], lane, values[0]);
      }
    }
  }

  template <class T>
  void load_affine(std::size_t i, T* out, int lane, training::placement const& p) const {
    int const h = images_->height;
    int const w = images_->width;
    float const middle_y = 0.5f * float(h - 1);
    float const middle_x = 0.5f * float(w - 1);
    std::uint8_t const* const pixels = images_->image(order_[i]).data();
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) {
        float const down = float(y - p.down) - middle_y;
        float const right = float(x - p.right) - middle_x;
        float const from_y = p.affine.down_of_down * down + p.affine.down_of_right * right + p.affine.down + middle_y;
        float const from_x =
            p.affine.right_of_down * down + p.affine.right_of_right * right + p.affine.right + middle_x;
        // What lies further out is black in any case, and may be too large for an int.
        int const top = int(std::floor(std::clamp(from_y, -2.0f, float(h + 1))));
        int const left = int(std::floor(std::clamp(from_x, -2.0f, float(w + 1))));
        float const below = from_y - float(top);
        float const beside = from_x - float(left);
        for (int c = 0; c < images_->channels; ++c) {
          auto const& values = values_[std::size_t(c)];
          auto const value = [&](int at_y, int at_x) {
            if (at_y < 0 || at_y >= h || at_x < 0 || at_x >= w) return values[0];
            return values[pixels[(c * h + at_y) * w + (p.mirrored ? w - 1 - at_x : at_x)]];
          };
          auto const in_row = [&](int at_y) {
            float const first = value(at_y, left);
            return first + beside * (value(at_y, left + 1) - first);
          };
          bool const outside = top < -1 || top >= h || left < -1 || left >= w;
          float const upper = outside ? values[0] : in_row(top);
          put(out[(c * h + y) * w + x], lane, outside ? upper : upper + below * (in_row(top + 1) - upper));
        }
      }
  }

  template <class T>
  void blank(T* out, int lane, training::placement const& p) const {
    int const h = images_->height;
    int const w = images_->width;
    int const middle = int(p.cutout_at % std::uint64_t(h * w));
    int const top = middle / w - p.cutout / 2;
    int const left = middle % w - p.cutout / 2;
    for (int c = 0; c < images_->channels; ++c)
      for (int y = std::clamp(top, 0, h); y < std::clamp(top + p.cutout, 0, h); ++y)
        for (int x = std::clamp(left, 0, w); x < std::clamp(left + p.cutout, 0, w); ++x)
          put(out[(c * h + y) * w + x], lane, 0.0f);
  }

  template <class T>
  static void put(T& target, int lane, float value) {
    if constexpr (lane_count<T> == 1)
      target = T(value);
    else
      target.set(lane, value);
  }

  image_set const* images_;
  normalisation normalised_by_;
  std::vector<std::array<float, 256>> values_;  // of every channel
  std::vector<std::size_t> order_;
};

}  // namespace polyfold
