// safetensors files as they are, and with the input as header: of a length that fits, before as many bytes as it says.
#include <polyfold/io/safetensors.hpp>

#include "fuzz.hpp"

namespace {
void read(std::string const& bytes) {
  std::filesystem::path const path = fuzz::file_of(bytes);
  polyfold::tensor_file file;
  if (!fuzz::accepts(bytes.size(), [&] { file = polyfold::read_safetensors(path); })) return;
  // What was read can be written, and is the same again.
  polyfold::write_safetensors(path, file);
  polyfold::tensor_file const again = polyfold::read_safetensors(path);
  fuzz::require(again.metadata == file.metadata && again.tensors.size() == file.tensors.size(), "other tensors");
  for (polyfold::stored_tensor const& t : file.tensors) {
    polyfold::stored_tensor const* const other = again.find(t.name);
    fuzz::require(other != nullptr && other->type == t.type && other->shape == t.shape && other->bytes == t.bytes,
                  "another tensor");
  }
}
}  // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  read(fuzz::text_of(data, size));
  if (size == 0) return 0;
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(std::uint64_t{size - 1} >> 8U * i & 0xffU);
  read(bytes + fuzz::text_of(data + 1, size - 1) + std::string(data[0], 'x'));
  return 0;
}
