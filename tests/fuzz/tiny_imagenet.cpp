// The lists of Tiny ImageNet beside two pictures: classes, their names, annotations.
#include <polyfold/io/tiny_imagenet.hpp>

#include "fuzz.hpp"
#include "support/pictures.hpp"

namespace {
/// Bytes of both pictures.
std::size_t write_pictures() {
  std::filesystem::create_directories(fuzz::folder() / "val/images");
  std::string const picture = test::jpeg_of(test::ramp(64, 64, 1));
  for (char const* const name : {"val/images/a", "val/images/b"}) (void)fuzz::file_of(picture, name);
  return 2 * picture.size();
}
}  // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static std::size_t const picture_bytes = write_pictures();
  std::vector<std::string> const parts = fuzz::parts_of(fuzz::text_of(data, size), 3);
  (void)fuzz::file_of(parts[0], "wnids.txt");
  (void)fuzz::file_of(parts[1], "words.txt");
  (void)fuzz::file_of(parts[2], "val/val_annotations.txt");
  fuzz::accepts(size + picture_bytes, [&] {
    polyfold::image_set const set =
        polyfold::read_tiny_imagenet(fuzz::folder().path(), polyfold::split::test, 3, fuzz::limits);
    for (std::uint16_t const label : set.labels)
      fuzz::require(label < set.class_names.size(), "a label without a class");
  });
  return 0;
}
