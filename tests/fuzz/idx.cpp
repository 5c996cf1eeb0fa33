// IDX files as images and as labels: the input as it is, which may be gzip, and packed by ourselves.
#include <zlib.h>

#include <polyfold/io/idx.hpp>

#include "fuzz.hpp"

namespace {
void read(std::filesystem::path const& path) {
  std::size_t const size = std::filesystem::file_size(path);
  fuzz::accepts(size, [&] {
    polyfold::image_set const set = polyfold::read_idx_images(path, fuzz::limits);
    fuzz::require(set.pixels.size() == set.size() * set.image_bytes(), "pixels are no whole images");
  });
  fuzz::accepts(size, [&] { (void)polyfold::read_idx_labels(path, 10, fuzz::limits); });
}
}  // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  read(fuzz::file_of(fuzz::text_of(data, size)));
  std::filesystem::path const packed = fuzz::folder() / "file.gz";
  auto* const file = gzopen(packed.string().c_str(), "wb1");
  gzwrite(file, data, static_cast<unsigned>(size));
  gzclose(file);
  read(packed);
  return 0;
}
