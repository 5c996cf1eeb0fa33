// .npz files as they are.
#include <polyfold/io/npz.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  fuzz::accepts(size, [&] { (void)polyfold::read_npz(path, fuzz::limits); });
  return 0;
}
