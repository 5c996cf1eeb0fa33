// Labelled images as the data sets store them: one byte per sample, all images of one size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace polyfold {

/// The two parts that a data set comes in.
enum class split { train, test };

/// N images of C x H x W and, where known, their N class labels.
struct image_set {
  int channels = 0;
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;   ///< N x C x H x W, values 0..255; channels are planes (RGB: all red, green, blue)
  std::vector<std::uint16_t> labels;  ///< N class numbers, or empty where only the images were read
  std::vector<std::string> class_names = {};  ///< name of class 0, 1, ...; empty where none are known

  /// Bytes of one image: C * H * W.
  [[nodiscard]] std::size_t image_bytes() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }

  /// N, the number of images.
  [[nodiscard]] std::size_t size() const { return image_bytes() == 0 ? 0 : pixels.size() / image_bytes(); }

  /// The C x H x W bytes of image `i`; requires i < size().
  [[nodiscard]] std::span<std::uint8_t const> image(std::size_t i) const& {
    return std::span(pixels).subspan(i * image_bytes(), image_bytes());
  }
  std::span<std::uint8_t const> image(std::size_t i) const&& = delete;  // of a temporary, which takes the bytes with it
};

}  // namespace polyfold
