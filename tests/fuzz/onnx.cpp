// ONNX models, placed in a network where they can be read, and the tensors that lie beside models.
#include <polyfold/io/onnx.hpp>

#include "fuzz.hpp"
#include "networks.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size), "file.onnx");
  fuzz::accepts(size, [&] { (void)polyfold::io::read_onnx_tensor(path); });
  fuzz::accepts(size, [&] {
    polyfold::weight_source const source = polyfold::read_onnx(path);
    fuzz::small_network net;
    (void)polyfold::load_weights(source, net);
  });
  return 0;
}
