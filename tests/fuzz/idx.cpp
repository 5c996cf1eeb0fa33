// IDX files, plain and in gzip, as images and as labels.
#include <polyfold/io/idx.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  fuzz::accepts(size, [&] {
    polyfold::image_set const set = polyfold::read_idx_images(path, fuzz::limits);
    fuzz::require(set.pixels.size() == set.size() * set.image_bytes(), "pixels are no whole images");
  });
  fuzz::accepts(size, [&] { (void)polyfold::read_idx_labels(path, 10, fuzz::limits); });
  return 0;
}
