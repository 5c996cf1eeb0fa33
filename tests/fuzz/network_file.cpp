// polyfold's own networks: numbers, and codes with scales and maps.
#include <memory>

#include <polyfold/io/network_file.hpp>

#include "fuzz.hpp"
#include "networks.hpp"

namespace {
template <class Network>
void read(std::filesystem::path const& path, std::size_t size) {
  Network net{};
  if (!fuzz::accepts(size, [&] { (void)polyfold::load_network(path, net); })) return;
  // Whatever was read can be run.
  typename Network::template workspace<float> workspace{};
  polyfold::tensor<float, Network::input_shape> image{};
  (void)net.run(image, workspace);
}
}  // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::filesystem::path const path = fuzz::file_of(fuzz::text_of(data, size));
  read<fuzz::small_network>(path, size);
  read<fuzz::small_network_in_bytes>(path, size);
  return 0;
}
