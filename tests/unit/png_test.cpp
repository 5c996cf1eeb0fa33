// PNG writing, checked by reading the files back with libpng; the layout of contact sheets, pixel by pixel.

#include <png.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/png.hpp"
#include "temporary_files.hpp"

namespace {

using polyfold::image_set;
using polyfold::picture;
using test::mentions;
using test::message_of;

picture read_png(std::filesystem::path const& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, path.string().c_str()) != 0);
  picture result;
  result.channels = (image.format & PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1;
  image.format = result.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  result.height = static_cast<int>(image.height);
  result.width = static_cast<int>(image.width);
  result.pixels.resize(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, result.pixels.data(), 0, nullptr) != 0);
  return result;
}

/// Three 2 x 2 images: 1 2 / 3 4, 5 6 / 7 8, 9 10 / 11 12.
image_set small_set() {
  image_set set;
  set.channels = 1;
  set.height = 2;
  set.width = 2;
  for (std::uint8_t i = 1; i <= 12; ++i) set.pixels.push_back(i);
  return set;
}

}  // namespace

TEST_CASE("grey and RGB pictures survive the file", "[png]") {
  test::temporary_folder const folder;
  picture source;
  source.height = 3;
  source.width = 5;
  source.channels = GENERATE(1, 3);
  for (int i = 0; i < 15 * source.channels; ++i) source.pixels.push_back(static_cast<std::uint8_t>(i * 5));
  polyfold::write_png(folder / "picture.png", source);
  picture const back = read_png(folder / "picture.png");
  CHECK(back.height == 3);
  CHECK(back.width == 5);
  CHECK(back.channels == source.channels);
  CHECK(back.pixels == source.pixels);
  CHECK(folder.files() == 1);
}

TEST_CASE("pixels that do not compress fit too", "[png]") {
  test::temporary_folder const folder;
  picture source;
  source.height = 200;
  source.width = 200;
  std::uint32_t state = 1;
  for (int i = 0; i < 40000; ++i) {
    state = state * 1664525U + 1013904223U;
    source.pixels.push_back(static_cast<std::uint8_t>(state >> 24U));
  }
  polyfold::write_png(folder / "noise.png", source);
  CHECK(read_png(folder / "noise.png").pixels == source.pixels);
}

TEST_CASE("pictures that can't be written are refused", "[png]") {
  test::temporary_folder const folder;
  auto const path = folder / "picture.png";
  auto const message = [&](int height, int width, int channels, std::size_t bytes) {
    return message_of([&] { polyfold::write_png(path, {height, width, channels, std::vector<std::uint8_t>(bytes)}); });
  };
  CHECK(mentions(message(2, 2, 1, 3), {path.string(), "3 bytes", "expected 4"}));
  CHECK(mentions(message(0, 2, 1, 0), {path.string(), "0 x 2"}));
  CHECK(mentions(message(2, -1, 1, 0), {"2 x -1"}));
  CHECK(mentions(message(1, 1, 2, 2), {"2 channels"}));
  CHECK(mentions(message(1 << 30, 1 << 30, 1, 4), {"16384"}));
  CHECK(folder.files() == 0);
  CHECK(mentions(message_of([&] { polyfold::write_png(folder / "none/p.png", {1, 1, 1, {0}}); }), {"none", "Remedy"}));
}

TEST_CASE("a contact sheet has its images where the layout says", "[png]") {
  std::array<std::size_t, 3> const indices{2, 0, 1};
  picture const sheet =
      polyfold::contact_sheet(small_set(), indices, {.columns = 2, .scale = 2, .gap = 1, .background = 99});
  REQUIRE(sheet.height == 1 + 2 * (2 * 2 + 1));
  REQUIRE(sheet.width == 1 + 2 * (2 * 2 + 1));
  auto const width = static_cast<std::size_t>(sheet.width);
  auto const at = [&](std::size_t y, std::size_t x) { return int{sheet.pixels[y * width + x]}; };
  CHECK(at(0, 0) == 99);
  CHECK(at(1, 1) == 9);  // image 2, every pixel twice in both directions
  CHECK(at(2, 2) == 9);
  CHECK(at(2, 3) == 10);
  CHECK(at(4, 4) == 12);
  CHECK(at(1, 5) == 99);  // the gap
  CHECK(at(1, 6) == 1);   // image 0
  CHECK(at(6, 1) == 5);   // image 1, second row
  CHECK(at(9, 4) == 8);
  CHECK(at(6, 6) == 99);  // no fourth image
  CHECK(at(10, 10) == 99);
}

TEST_CASE("planes become pixels on a sheet of colour images", "[png]") {
  image_set set;
  set.channels = 3;
  set.height = 1;
  set.width = 2;
  set.pixels = {1, 2, 11, 12, 21, 22};
  std::array<std::size_t, 1> const indices{0};
  picture const sheet = polyfold::contact_sheet(set, indices, {.columns = 4, .scale = 1, .gap = 0});
  CHECK(sheet.channels == 3);
  CHECK(sheet.width == 2);
  CHECK(sheet.pixels == std::vector<std::uint8_t>{1, 11, 21, 2, 12, 22});
}

TEST_CASE("a contact sheet is written as a file", "[png]") {
  test::temporary_folder const folder;
  std::array<std::size_t, 2> const indices{0, 1};
  polyfold::write_contact_sheet(folder / "sheet.png", small_set(), indices);
  picture const back = read_png(folder / "sheet.png");
  CHECK(back.pixels == polyfold::contact_sheet(small_set(), indices).pixels);
}

TEST_CASE("contact sheets that can't be drawn are refused", "[png]") {
  std::vector<std::size_t> indices{0};
  auto const message = [&](polyfold::sheet_layout const& layout) {
    return message_of([&] { polyfold::contact_sheet(small_set(), indices, layout); });
  };
  CHECK(mentions(message({.columns = 0}), {"columns"}));
  CHECK(mentions(message({.scale = 0}), {"scale"}));
  CHECK(mentions(message({.gap = -1}), {"gap"}));
  CHECK(message({}).empty());
  indices = {0, 3};
  CHECK(mentions(message({}), {"image 3 of 3"}));
  indices.assign(20000, 0);
  CHECK(mentions(message({.columns = 1}), {"too large"}));
  indices.clear();
  CHECK(mentions(message({}), {"one image at least"}));
}
