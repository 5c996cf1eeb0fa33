// Writes coefficient headers with C interfaces into a folder: integers by rolling rows, and floats.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/io/c_interface.hpp>

#include "networks.hpp"
#include "support/random.hpp"

using namespace polyfold;

int main(int, char** argv) {
  std::filesystem::path const folder = argv[1];
  test::random_numbers random(1);

  network<my::floats> floats;
  random.fill(floats.parameters);
  std::vector<float> image(16);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i) / 8 - 1;
  write_c_interface(folder / "floats_net.hpp", floats,
                    {.constant = "floats_net",
                     .pipeline = "my::floats",
                     .include = "networks.hpp",
                     .source = "random numbers \\",
                     .pixels = normalisation(0.5f, 0.25f)},
                    image);

  network<my::integers> reals;
  random.fill(reals.parameters);
  calibration<network<my::integers>> seen;
  std::vector<float> pixels(60);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = float(i % 7) / 6;
  seen.widen(reals, pixels.data());
  seen.add(reals, pixels.data());
  network<my::integers, in_int8> codes;
  quantise(reals, seen, normalisation{}, codes);
  network<my::integers, in_int8, rolling_rows> const rows{codes};
  std::vector<std::uint8_t> bytes(120);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(7 * i);
  write_c_interface(folder / "integers_net.hpp", rows,
                    {.constant = "integers_net", .pipeline = "my::integers", .include = "networks.hpp"}, bytes);
}
