// Pictures that tests make themselves, JPEG files of them, and PNG files of every kind.
#pragma once

#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <jpeglib.h>

#include <polyfold/io/picture.hpp>

namespace test {

/// A picture whose channels are slanted ramps: smooth enough to survive JPEG within some grey levels.
[[nodiscard]] inline polyfold::picture ramp(int height, int width, int channels, int start = 0) {
  polyfold::picture result{height, width, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        result.pixels.push_back(static_cast<std::uint8_t>((start + 2 * y + (c + 1) * x + 40 * c) % 200));
  return result;
}

/// The bytes of a JPEG file of 1, 3 or 4 (inks) channels, of the best quality; progressive, where asked for in these
/// scans.
[[nodiscard]] inline std::string jpeg_of(polyfold::picture const& from, bool progressive = false,
                                         std::vector<jpeg_scan_info> const& scans = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr manager{};
  info.err = jpeg_std_error(&manager);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_height = JDIMENSION(from.height);
  info.image_width = JDIMENSION(from.width);
  info.input_components = from.channels;
  info.in_color_space = from.channels == 1 ? JCS_GRAYSCALE : from.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  for (int c = 0; c < info.num_components; ++c) info.comp_info[c].h_samp_factor = info.comp_info[c].v_samp_factor = 1;
  if (progressive) jpeg_simple_progression(&info);
  if (!scans.empty()) {
    info.scan_info = scans.data();
    info.num_scans = int(scans.size());
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(from.pixels.data()) +
                   std::size_t(info.next_scanline) * std::size_t(from.width) * std::size_t(from.channels);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string const result(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return result;
}

/// The bytes of a PNG file from rows as libpng takes them (16-bit samples big endian, smaller ones packed). `more` sets
/// what else stands before the pixels.
[[nodiscard]] inline std::string png_of(
    int height, int width, int bits, int colour_type, std::string rows, bool interlaced = false,
    std::function<void(png_structp, png_infop)> const& more = [](png_structp, png_infop) {}) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::string result;
  png_set_write_fn(
      png, &result,
      [](png_structp p, png_bytep from, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char const*>(from), size);
      },
      nullptr);
  png_set_IHDR(png, info, png_uint_32(width), png_uint_32(height), bits, colour_type,
               interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  more(png, info);
  png_write_info(png, info);
  std::vector<png_bytep> starts;
  for (int y = 0; y < height; ++y)
    starts.push_back(reinterpret_cast<png_bytep>(rows.data()) + std::size_t(y) * png_get_rowbytes(png, info));
  png_write_image(png, starts.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return result;
}

}  // namespace test
