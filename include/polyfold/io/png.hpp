// Reads and writes PNG pictures: single ones, and sheets of small images side by side. Needs libpng 1.6.
#pragma once

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/atomic_file.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/picture.hpp>

namespace polyfold {

namespace detail {

/// One PNG file in memory. libpng reports errors by a call that must not return: it jumps back into `start` or `read`,
/// which therefore keep no objects of their own.
class png_reader {
 public:
  explicit png_reader(std::span<std::uint8_t const> bytes) : rest_(bytes) {
    png_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this,
        [](png_structp png, png_const_charp reason) {
          png_reader& self = *static_cast<png_reader*>(png_get_error_ptr(png));
          std::snprintf(self.message_, sizeof self.message_, "%s", reason);
          std::longjmp(self.back_, 1);
        },
        [](png_structp, png_const_charp) {});
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  png_reader(png_reader const&) = delete;
  png_reader& operator=(png_reader const&) = delete;
  ~png_reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// Reads all that comes before the pixels; false, with a message, where that fails.
  bool start() {
    if (setjmp(back_) != 0) return false;
    png_set_read_fn(png_, this, [](png_structp png, png_bytep to, std::size_t size) {
      png_reader& self = *static_cast<png_reader*>(png_get_io_ptr(png));
      if (size > self.rest_.size()) png_error(png, "it ends too soon");
      std::copy_n(self.rest_.begin(), size, to);
      self.rest_ = self.rest_.subspan(size);
    });
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Gamma, colour profiles, texts: none of them changes what is stored.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    return true;
  }
  /// Fills height * width * samples() bytes, row by row; false, with a message, where that fails.
  bool read(std::uint8_t* pixels) {
    if (setjmp(back_) != 0) return false;
    png_set_expand(png_);  // palettes to RGB, less than 8 bits to 8, one transparent colour to alpha
    png_set_scale_16(png_);
    int const passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    std::size_t const row = std::size_t(width()) * std::size_t(samples());
    if (png_get_rowbytes(png_, info_) != row) png_error(png_, "its rows have an unexpected size");
    for (int pass = 0; pass < passes; ++pass)
      for (std::size_t y = 0; y < height(); ++y) png_read_row(png_, pixels + y * row, nullptr);
    png_read_end(png_, nullptr);
    return true;
  }

  [[nodiscard]] std::uint32_t height() const { return png_get_image_height(png_, info_); }
  [[nodiscard]] std::uint32_t width() const { return png_get_image_width(png_, info_); }
  /// 1 grey, 3 colour.
  [[nodiscard]] int channels() const { return (colour_type() & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1; }
  /// Channels, and alpha where the file has it.
  [[nodiscard]] int samples() const {
    bool const alpha = (colour_type() & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    return channels() + (alpha ? 1 : 0);
  }
  [[nodiscard]] std::string message() const { return message_; }

 private:
  [[nodiscard]] int colour_type() const { return png_get_color_type(png_, info_); }

  std::span<std::uint8_t const> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf back_{};
  char message_[200] = "";
};

[[nodiscard]] inline picture decode_png(std::filesystem::path const& path, std::span<std::uint8_t const> bytes,
                                        picture_size wanted, read_limits const& limits) {
  png_reader reader(bytes);
  auto const broken = [&] { return failure(path, "is broken (" + reader.message() + ")", "a whole PNG picture"); };
  if (!reader.start()) throw broken();
  check_picture_size(path, reader.height(), reader.width(), wanted,
                     std::uint64_t(reader.height()) * std::uint64_t(reader.width()) * std::uint64_t(reader.samples()),
                     bytes.size(), limits);
  picture result{int(reader.height()), int(reader.width()), reader.channels(), {}};
  std::size_t const pixels = std::size_t(reader.height()) * std::size_t(reader.width());
  std::size_t const samples = std::size_t(reader.samples());
  result.pixels.resize(pixels * samples);
  if (!reader.read(result.pixels.data())) throw broken();
  std::size_t const channels = std::size_t(result.channels);
  if (samples == channels) return result;
  // Before black: every value times its opacity. In place, as no value moves towards the end.
  for (std::size_t i = 0; i < pixels; ++i) {
    int const alpha = result.pixels[i * samples + channels];
    for (std::size_t c = 0; c < channels; ++c)
      result.pixels[i * channels + c] = static_cast<std::uint8_t>((result.pixels[i * samples + c] * alpha + 127) / 255);
  }
  result.pixels.resize(pixels * channels);
  return result;
}
}  // namespace detail

/// Reads a PNG picture as grey or RGB with 8 bits per channel: the values that the file stores, whatever it says of gamma
/// or colour profiles. 16 bits v become v / 257, rounded; 1, 2 and 4 bits of grey are scaled to 0..255; what is
/// transparent is seen before black. Throws `failure` where the file is missing, broken, cut off, of another size than
/// `wanted` or of more pixels than `limits` allow; sizes are checked before pixels are decoded.
[[nodiscard]] inline picture read_png(std::filesystem::path const& path, picture_size wanted = {},
                                      read_limits const& limits = {}) try {
  return detail::decode_png(path, detail::read_picture_file(path), wanted, limits);
} catch (...) {
  detail::fail_to_read(path);
}

/// Writes a grey or RGB picture with 8 bits per channel. Throws `failure` where the picture's sizes disagree or the file
/// can't be written; an older file of this name is then unchanged.
inline void write_png(std::filesystem::path const& path, picture const& source) try {
  // libpng's own bound on rows is far higher; this one keeps all sizes below within 32 bits.
  constexpr int max_extent = detail::largest_extent;
  if (source.height < 1 || source.width < 1 || source.height > max_extent || source.width > max_extent ||
      (source.channels != 1 && source.channels != 3)) {
    throw failure(path,
                  "the picture is " + std::to_string(source.height) + " x " + std::to_string(source.width) + " with " +
                      std::to_string(source.channels) + " channels",
                  "1 to " + std::to_string(max_extent) + " rows and columns, 1 or 3 channels");
  }
  std::size_t const bytes = static_cast<std::size_t>(source.height) * static_cast<std::size_t>(source.width) *
                            static_cast<std::size_t>(source.channels);
  if (source.pixels.size() != bytes) {
    throw failure(path, "the picture has " + std::to_string(source.pixels.size()) + " bytes", std::to_string(bytes));
  }

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(source.width);
  image.height = static_cast<png_uint_32>(source.height);
  image.format = source.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  // Compressed into memory and written in one go, so that a full disk does not leave half a picture.
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::byte> encoded(size);
  int const row_stride = source.width * source.channels;
  int const done =
      png_image_write_to_memory(&image, encoded.data(), &size, 0, source.pixels.data(), row_stride, nullptr);
  if (done == 0) {
    std::string const message = image.message;
    png_image_free(&image);
    throw failure(path, "libpng can't encode the picture (" + message + ")", "");
  }
  write_file_atomically(path, std::span(encoded).first(size));
} catch (...) {
  detail::fail_to_write(path);
}

/// How a contact sheet looks.
struct sheet_layout {
  int columns = 10;              ///< images per row; the last row may hold fewer
  int scale = 3;                 ///< every pixel becomes scale x scale (nearest neighbour: digits stay sharp)
  int gap = 6;                   ///< pixels of background around every image
  std::uint8_t background = 96;  ///< grey value; neither the black nor the white of a digit's own picture
};

/// Lays the images of `set` (1 or 3 channels) with the given numbers out in rows, in the given order.
/// Throws `failure` where a number is not below set.size() or the layout can't be drawn.
inline picture contact_sheet(image_set const& set, std::span<std::size_t const> indices,
                             sheet_layout const& layout = {}) {
  if (layout.columns < 1 || layout.columns > 1000 || layout.scale < 1 || layout.scale > 64 || layout.gap < 0 ||
      layout.gap > 1000) {
    throw failure(
        "A contact sheet needs 1 to 1000 columns, a scale of 1 to 64 and a gap of 0 to 1000 pixels; it was given " +
        std::to_string(layout.columns) + ", " + std::to_string(layout.scale) + " and " + std::to_string(layout.gap) +
        ".");
  }
  if (set.channels != 1 && set.channels != 3) {
    throw failure("A contact sheet needs images with 1 or 3 channels; these have " + std::to_string(set.channels) +
                  ".");
  }
  if (indices.empty()) throw failure("A contact sheet needs one image at least.");
  for (std::size_t const index : indices) {
    if (index >= set.size()) {
      throw failure("A contact sheet was asked for image " + std::to_string(index) + " of " +
                    std::to_string(set.size()) + ".");
    }
  }

  auto const columns = core::smaller<std::size_t>(static_cast<std::size_t>(layout.columns), indices.size());
  std::size_t const rows = (indices.size() + columns - 1) / columns;
  auto const channels = static_cast<std::size_t>(set.channels);
  auto const height = static_cast<std::size_t>(set.height);
  auto const width = static_cast<std::size_t>(set.width);
  auto const scale = static_cast<std::size_t>(layout.scale);
  auto const gap = static_cast<std::size_t>(layout.gap);
  std::size_t const sheet_height = gap + rows * (height * scale + gap);
  std::size_t const sheet_width = gap + columns * (width * scale + gap);
  if (sheet_height > 16384 || sheet_width > 16384) {
    throw failure("A contact sheet of " + std::to_string(sheet_height) + " x " + std::to_string(sheet_width) +
                  " pixels is too large; at most 16384 x 16384 can be drawn. Remedy: fewer images or a smaller scale.");
  }

  picture sheet;
  sheet.height = static_cast<int>(sheet_height);
  sheet.width = static_cast<int>(sheet_width);
  sheet.channels = set.channels;
  sheet.pixels.assign(sheet_height * sheet_width * channels, layout.background);
  for (std::size_t tile = 0; tile < indices.size(); ++tile) {
    std::span<std::uint8_t const> const image = set.image(indices[tile]);
    std::size_t const top = gap + tile / columns * (height * scale + gap);
    std::size_t const left = gap + tile % columns * (width * scale + gap);
    for (std::size_t y = 0; y < height * scale; ++y) {
      for (std::size_t x = 0; x < width * scale; ++x) {
        for (std::size_t c = 0; c < channels; ++c) {
          sheet.pixels[((top + y) * sheet_width + left + x) * channels + c] =
              image[(c * height + y / scale) * width + x / scale];
        }
      }
    }
  }
  return sheet;
}

/// Writes a contact sheet as PNG: contact_sheet, then write_png.
inline void write_contact_sheet(std::filesystem::path const& path, image_set const& set,
                                std::span<std::size_t const> indices, sheet_layout const& layout = {}) try {
  write_png(path, contact_sheet(set, indices, layout));
} catch (...) {
  detail::fail_to_write(path);
}

}  // namespace polyfold
