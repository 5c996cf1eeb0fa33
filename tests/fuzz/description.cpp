// The description of a network in a file that is whole otherwise: it is that of the network, or the file is refused.
#include <polyfold/io/network_file.hpp>

#include "fuzz.hpp"
#include "networks.hpp"

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static std::filesystem::path const path = fuzz::folder() / "file";
  static polyfold::tensor_file file = [] {
    polyfold::save_network(path, fuzz::small_network{});
    return polyfold::read_safetensors(path);
  }();
  std::string const text = fuzz::text_of(data, size);
  file.metadata["network"] = text;
  // A text that is no UTF-8 can't be written.
  if (!fuzz::accepts(size, [&] { polyfold::write_safetensors(path, file); })) return 0;
  fuzz::small_network net;
  bool const accepted = fuzz::accepts(size, [&] { (void)polyfold::load_network(path, net); });
  fuzz::require(accepted == (text == polyfold::describe<fuzz::small_network>()), "another network's description");
  return 0;
}
