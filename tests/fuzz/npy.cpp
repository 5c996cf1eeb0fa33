// .npy arrays, each in an archive that is whole: checksums would keep changed ones from the reader.
#include <polyfold/io/npz.hpp>

#include "fuzz.hpp"
#include "support/zip.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::folder() / "file.npz";
  test::write_zip(path, {{"w.npy", fuzz::text_of(data, size)}}, false);
  fuzz::accepts(std::filesystem::file_size(path), [&] {
    for (polyfold::stored_tensor const& t : polyfold::read_npz(path, fuzz::limits).tensors)
      fuzz::require(polyfold::detail::tensor_bytes(t.shape, t.type) == t.bytes.size(), "bytes and shape disagree");
  });
  return 0;
}
