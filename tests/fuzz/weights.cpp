// Weights of another framework, in a safetensors file, sorted and placed in a network.
#include <polyfold/io/load_weights.hpp>

#include "fuzz.hpp"
#include "networks.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  fuzz::accepts(size, [&] {
    polyfold::tensor_file file = polyfold::read_tensors(path, fuzz::limits);
    file.ordered = true;
    fuzz::small_network net;
    (void)polyfold::load_weights(polyfold::sort_weights(path, std::move(file)), net);
  });
  return 0;
}
