// A picture as image files hold it, cropped, resized, and turned into an image of an image set.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/narrowed.hpp>
#include <polyfold/io/read_limits.hpp>

namespace polyfold {

/// H x W x C bytes, so that the channels of a pixel lie side by side (an image_set has planes).
struct picture {
  int height = 0;
  int width = 0;
  int channels = 1;  ///< 1: grey, 3: RGB
  std::vector<std::uint8_t> pixels;
};

/// Height and width that a picture must have; 0 x 0: any, up to 16384 x 16384 and 2^26 pixels.
struct picture_size {
  int height = 0;
  int width = 0;
};

namespace detail {

inline constexpr int largest_extent = 16384;
inline constexpr std::uint64_t most_pixels = std::uint64_t(1) << 26U;

/// The bytes of a picture file. Throws `failure` where it can't be read or is larger than 64 MiB.
[[nodiscard]] inline std::vector<std::uint8_t> read_picture_file(std::filesystem::path const& path) {
  constexpr std::uint64_t limit = std::uint64_t(1) << 26U;
  input_file file(path, "a picture");
  if (file.size() > limit)
    throw failure(path, "has " + std::to_string(file.size()) + " bytes", "a picture of 64 MiB at most");
  std::vector<std::uint8_t> bytes(detail::narrowed<std::size_t>(file.size()));
  file.read(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

/// Called with what the header of a file of `file_bytes` states, before any memory is taken: for `claimed` bytes, or
/// up to three times as many while a reader works.
inline void check_picture_size(std::filesystem::path const& path, std::uint64_t height, std::uint64_t width,
                               picture_size wanted, std::uint64_t claimed, std::uint64_t file_bytes,
                               read_limits const& limits) {
  std::string const found = "is " + std::to_string(height) + " x " + std::to_string(width) + " pixels";
  if (wanted.height != 0 || wanted.width != 0) {
    if (height != std::uint64_t(wanted.height) || width != std::uint64_t(wanted.width))
      throw failure(path, found, std::to_string(wanted.height) + " x " + std::to_string(wanted.width));
  } else if (height < 1 || width < 1 || height > largest_extent || width > largest_extent ||
             height * width > most_pixels) {
    throw failure(path, found, "1 to 16384 rows and columns, 2^26 pixels in all at most");
  }
  check_claim(path, found, claimed, file_bytes, limits);
}

/// For every one of `to` places along an axis: the first of the `from` places that it averages, and their weights, which
/// sum to 1. A triangle as wide as both grids need: linear interpolation when enlarging, no aliasing when shrinking.
[[nodiscard]] inline std::vector<std::pair<int, std::vector<float>>> resampling(int from, int to) {
  double const scale = double(from) / to;
  double const reach = core::larger(1.0, scale);
  std::vector<std::pair<int, std::vector<float>>> places;
  for (int i = 0; i < to; ++i) {
    double const centre = (i + 0.5) * scale - 0.5;
    int const first = core::larger(0, int(std::ceil(centre - reach)));
    int const last = core::smaller(from - 1, int(std::floor(centre + reach)));
    std::vector<double> weights;
    double sum = 0;
    for (int k = first; k <= last; ++k) {
      weights.push_back(core::larger(0.0, 1 - std::abs(k - centre) / reach));
      sum += weights.back();
    }
    std::vector<float> shares;
    for (double const w : weights) shares.push_back(float(w / sum));
    places.emplace_back(first, std::move(shares));
  }
  return places;
}

}  // namespace detail

/// The height x width pixels in the middle. Throws `failure` where the picture is smaller.
[[nodiscard]] inline picture cropped(picture const& from, int height, int width) {
  if (height < 1 || width < 1 || from.height < height || from.width < width)
    throw failure("a picture of " + std::to_string(from.height) + " x " + std::to_string(from.width) +
                  " pixels can't be cropped to " + std::to_string(height) + " x " + std::to_string(width));
  picture result{height, width, from.channels, {}};
  int const top = (from.height - height) / 2;
  int const left = (from.width - width) / 2;
  for (int y = 0; y < height; ++y) {
    auto const row = from.pixels.begin() + (std::ptrdiff_t(top + y) * from.width + left) * from.channels;
    result.pixels.insert(result.pixels.end(), row, row + std::ptrdiff_t(width) * from.channels);
  }
  return result;
}

/// The whole picture, height x width pixels large.
[[nodiscard]] inline picture resized(picture const& from, int height, int width) {
  auto const rows = detail::resampling(from.height, height);
  auto const columns = detail::resampling(from.width, width);
  std::size_t const channels = std::size_t(from.channels);
  std::size_t const from_row = std::size_t(from.width) * channels;
  picture result{height, width, from.channels, {}};
  result.pixels.reserve(std::size_t(height) * std::size_t(width) * channels);
  std::vector<float> row(from_row);
  for (auto const& [first_row, row_weights] : rows) {
    std::fill(row.begin(), row.end(), 0.0f);
    for (std::size_t k = 0; k < row_weights.size(); ++k) {
      std::uint8_t const* const source = from.pixels.data() + (std::size_t(first_row) + k) * from_row;
      for (std::size_t i = 0; i < from_row; ++i) row[i] += row_weights[k] * float(source[i]);
    }
    for (auto const& [first_column, weights] : columns)
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < weights.size(); ++k)
          sum += weights[k] * row[(std::size_t(first_column) + k) * channels + c];
        result.pixels.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L)));
      }
  }
  return result;
}

/// How a picture becomes an image of a wanted size.
enum class fitting {
  as_is,   // it has that size, or is refused
  crop,    // its middle; refused where it is smaller
  resize,  // resized until it just covers the wanted size, then its middle
};

/// A picture of height x width as `how` says. Throws `failure` as `fitting` says.
[[nodiscard]] inline picture fitted(picture const& from, int height, int width, fitting how) {
  if (from.height == height && from.width == width) return from;
  if (how == fitting::as_is)
    throw failure("a picture of " + std::to_string(from.height) + " x " + std::to_string(from.width) +
                  " pixels; expected " + std::to_string(height) + " x " + std::to_string(width));
  if (how == fitting::crop) return cropped(from, height, width);
  double const scale = core::larger(double(height) / from.height, double(width) / from.width);
  double const rows = core::larger(double(height), std::round(from.height * scale));
  double const columns = core::larger(double(width), std::round(from.width * scale));
  // All of it is resized before the middle is taken.
  if (rows * columns > 64.0 * height * width)
    throw failure("a picture of " + std::to_string(from.height) + " x " + std::to_string(from.width) +
                  " pixels is too narrow to be resized to " + std::to_string(height) + " x " + std::to_string(width));
  return cropped(resized(from, int(rows), int(columns)), height, width);
}

/// Writes the picture as `channels` planes of H x W bytes: grey becomes RGB, and RGB grey by the luma of ITU-R BT.601.
/// `planes` holds channels * H * W bytes; `channels` is 1 or 3.
inline void to_planes(picture const& from, int channels, std::span<std::uint8_t> planes) {
  std::size_t const pixels = std::size_t(from.height) * std::size_t(from.width);
  std::uint8_t const* const source = from.pixels.data();
  for (std::size_t i = 0; i < pixels; ++i) {
    if (from.channels == channels) {
      for (std::size_t c = 0; c < std::size_t(channels); ++c)
        planes[c * pixels + i] = source[i * std::size_t(channels) + c];
    } else if (channels == 3) {
      planes[i] = planes[pixels + i] = planes[2 * pixels + i] = source[i];
    } else {
      int const sum = 299 * source[3 * i] + 587 * source[3 * i + 1] + 114 * source[3 * i + 2];
      planes[i] = static_cast<std::uint8_t>((sum + 500) / 1000);
    }
  }
}

}  // namespace polyfold
