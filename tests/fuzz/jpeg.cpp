// JPEG pictures.
#include <polyfold/io/jpeg.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  fuzz::accepts(size, [&] {
    polyfold::picture const p = polyfold::read_jpeg(path, {}, fuzz::limits);
    fuzz::require(p.pixels.size() == std::size_t(p.height) * std::size_t(p.width) * std::size_t(p.channels),
                  "pixels and sizes disagree");
  });
  return 0;
}
