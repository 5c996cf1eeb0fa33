// io FILE: writes a network and reads it again, and offers the file to the reader of every format that takes a library.
#include <filesystem>

#include <polyfold/io/jpeg.hpp>
#include <polyfold/io/load_dataset.hpp>
#include <polyfold/io/network_file.hpp>
#include <polyfold/io/npz.hpp>
#include <polyfold/io/png.hpp>

#include "digits.hpp"

namespace {
template <class Reader>
bool refused(Reader reader) {
  try {
    (void)reader();
  } catch (failure const&) {
    return true;
  }
  return false;
}
}  // namespace

int main(int, char** arguments) {
  std::filesystem::path const file = arguments[1];
  save_network(file, fives());
  network<digits> net{};
  load_network(file, net);
  bool const right = net.parameters == fives().parameters && refused([&] { return read_png(file); }) &&
                     refused([&] { return read_jpeg(file); }) && refused([&] { return read_npz(file); }) &&
                     refused([&] { return read_idx_images(file); });
  return right ? 0 : 1;
}
