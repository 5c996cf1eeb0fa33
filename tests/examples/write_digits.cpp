// write_digits FOLDER TRAIN TEST: so many training and test images, in the files and the format of MNIST. Every class is
// a bright square at a place of its own, in noise.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void write_idx(std::filesystem::path const& path, std::vector<std::uint32_t> const& sizes,
               std::vector<std::uint8_t> const& bytes) {
  std::ofstream out(path, std::ios::binary);
  auto const put = [&](std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) out.put(static_cast<char>(value >> 8 * i & 0xffu));
  };
  put(8, 3);  // unsigned bytes
  put(static_cast<std::uint32_t>(sizes.size()), 1);
  for (std::uint32_t const size : sizes) put(size, 4);
  for (std::uint8_t const byte : bytes) put(byte, 1);
  if (!out) throw std::runtime_error("can't write " + path.string());
}

void write_images(std::filesystem::path const& folder, std::string const& prefix, std::uint32_t count) {
  constexpr int size = 28;
  std::uint32_t state = count;
  auto const below = [&](std::uint32_t n) {
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % n;
  };
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
  for (std::uint32_t i = 0; i < count; ++i) {
    int const label = static_cast<int>(i % 10);
    labels.push_back(static_cast<std::uint8_t>(label));
    int const top = 3 + 8 * (label / 4);
    int const left = 2 + 6 * (label % 4);
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        bool const bright = y >= top && y < top + 6 && x >= left && x < left + 6;
        pixels.push_back(static_cast<std::uint8_t>((bright ? 150 : 0) + below(100)));
      }
  }
  write_idx(folder / (prefix + "-images-idx3-ubyte"), {count, size, size}, pixels);
  write_idx(folder / (prefix + "-labels-idx1-ubyte"), {count}, labels);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "write_digits FOLDER TRAIN TEST\n";
    return 1;
  }
  std::filesystem::path const folder = argv[1];
  std::filesystem::create_directories(folder);
  write_images(folder, "train", static_cast<std::uint32_t>(std::atoi(argv[2])));
  write_images(folder, "t10k", static_cast<std::uint32_t>(std::atoi(argv[3])));
}
