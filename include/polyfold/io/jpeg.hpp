// Reads JPEG pictures. Needs libjpeg 6b's interface, as libjpeg-turbo has it.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

// After <cstdio>: it uses FILE and size_t without declaring them.
#include <jpeglib.h>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/picture.hpp>

namespace polyfold {

namespace detail {

/// One decompression. libjpeg reports errors by a call that must not return: it jumps back into `start` or `read`, which
/// therefore keep no objects of their own.
class jpeg_reader {
 public:
  jpeg_reader() {
    info_.err = jpeg_std_error(&manager_);
    info_.client_data = this;
    manager_.error_exit = [](j_common_ptr info) { self(info).fail(); };
    // Warnings, level -1, mean damaged or missing data: an image that is half grey is no training image.
    manager_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) self(info).fail();
    };
    monitor_.progress_monitor = [](j_common_ptr info) {
      // A progressive file may ask for any number of passes over the whole picture.
      if (self(info).info_.input_scan_number > most_scans) self(info).fail("it has more than 100 scans");
    };
  }
  jpeg_reader(jpeg_reader const&) = delete;
  jpeg_reader& operator=(jpeg_reader const&) = delete;
  ~jpeg_reader() { jpeg_destroy_decompress(&info_); }

  /// Reads the header; false, with a message, where that fails.
  bool start(std::span<std::uint8_t const> bytes) {
    if (setjmp(back_) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &monitor_;
    // Its interface is not const-correct in every version; the bytes are only read.
    jpeg_mem_src(&info_, const_cast<unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&info_, TRUE);
    info_.out_color_space = info_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    return true;
  }
  /// Fills height * width * channels bytes, row by row; false, with a message, where that fails.
  bool read(std::uint8_t* pixels) {
    if (setjmp(back_) != 0) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = pixels + std::size_t(info_.output_scanline) * std::size_t(info_.output_width) *
                                  std::size_t(info_.output_components);
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  [[nodiscard]] std::uint64_t height() const { return info_.image_height; }
  [[nodiscard]] std::uint64_t width() const { return info_.image_width; }
  /// Components in the file: 1 grey, 3 colour, 4 the inks of a printer.
  [[nodiscard]] int components() const { return info_.num_components; }
  /// What decoding may take beside the pixels comes to twice this, and they to no more: two bytes for each coefficient of a
  /// picture in several scans, in whole blocks, and some tables and rows.
  [[nodiscard]] std::uint64_t samples() const {
    constexpr std::uint64_t tables = 100'000;
    auto const whole = [](std::uint64_t size, int sampling) {
      std::uint64_t const block = std::uint64_t{8} * std::uint64_t(core::larger(sampling, 1));
      return (size + block - 1) / block * block;
    };
    return whole(height(), info_.max_v_samp_factor) * whole(width(), info_.max_h_samp_factor) *
               std::uint64_t(components()) +
           tables;
  }
  [[nodiscard]] std::string message() const { return message_; }

 private:
  static constexpr int most_scans = 100;

  static jpeg_reader& self(j_common_ptr info) { return *static_cast<jpeg_reader*>(info->client_data); }
  [[noreturn]] void fail(char const* reason = nullptr) {
    if (reason == nullptr)
      manager_.format_message(reinterpret_cast<j_common_ptr>(&info_), message_);
    else
      std::snprintf(message_, sizeof message_, "%s", reason);
    std::longjmp(back_, 1);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr manager_{};
  jpeg_progress_mgr monitor_{};
  std::jmp_buf back_{};
  char message_[JMSG_LENGTH_MAX] = "";
};

[[nodiscard]] inline picture decode_jpeg(std::filesystem::path const& path, std::span<std::uint8_t const> bytes,
                                         picture_size wanted, read_limits const& limits) {
  jpeg_reader reader;
  auto const broken = [&] { return failure(path, "is broken (" + reader.message() + ")", "a whole JPEG picture"); };
  if (!reader.start(bytes)) throw broken();
  check_picture_size(path, reader.height(), reader.width(), wanted, reader.samples(), bytes.size(), limits);
  if (reader.components() != 1 && reader.components() != 3)
    throw failure(path,
                  "has " + std::to_string(reader.components()) + " components" +
                      (reader.components() == 4 ? " (CMYK, the inks of a printer)" : ""),
                  "1 (grey) or 3 (colour)", "convert it to RGB");
  picture result{int(reader.height()), int(reader.width()), reader.components(), {}};
  result.pixels.resize(std::size_t(result.height) * std::size_t(result.width) * std::size_t(result.channels));
  if (!reader.read(result.pixels.data())) throw broken();
  return result;
}

}  // namespace detail

/// Reads a grey or colour JPEG picture as it is stored: an orientation that EXIF data ask for is ignored. Throws
/// `failure` where the file is missing, broken, cut off, of another size than `wanted` or of more pixels than `limits`
/// allow; sizes are checked before pixels are decoded.
[[nodiscard]] inline picture read_jpeg(std::filesystem::path const& path, picture_size wanted = {},
                                       read_limits const& limits = {}) try {
  return detail::decode_jpeg(path, detail::read_picture_file(path), wanted, limits);
} catch (...) {
  detail::fail_to_read(path);
}

}  // namespace polyfold
