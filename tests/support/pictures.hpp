// Pictures that tests make themselves, and JPEG files of them.
#pragma once

#include <cstdio>
#include <cstdlib>
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

}  // namespace test
