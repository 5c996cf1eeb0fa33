// A folder of two classes and three pictures, read as the first byte says.
#include <polyfold/io/image_folder.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::filesystem::create_directories(fuzz::folder() / "a");
  std::filesystem::create_directories(fuzz::folder() / "b");
  std::vector<std::string> const parts = fuzz::parts_of(fuzz::text_of(data + 1, size - 1), 3);
  (void)fuzz::file_of(parts[0], "a/1.png");
  (void)fuzz::file_of(parts[1], "a/2.jpg");
  (void)fuzz::file_of(parts[2], "b/1.JPEG");
  polyfold::image_folder_options options{.how = polyfold::fitting(data[0] % 3), .limits = fuzz::limits};
  if ((data[0] & 4) != 0) options.wanted = {(data[0] & 8) != 0 ? 3 : 1, 8, 11};
  fuzz::accepts(size, [&] {
    polyfold::image_set const set = polyfold::read_image_folder(fuzz::folder().path(), options);
    fuzz::require(set.size() == 3 && set.labels.size() == 3, "not three images");
  });
  return 0;
}
