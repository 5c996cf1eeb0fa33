// Reading pictures: what JPEG and PNG files give, every way in which they can be wrong, and how pictures are cropped,
// resized and turned into planes.

#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <polyfold/io/image_folder.hpp>

#include "catch.hpp"
#include "support/pictures.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;
using test::write_bytes;

namespace {

int largest_difference(picture const& a, picture const& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

std::string read_failure(std::filesystem::path const& path, picture_size wanted = {}) {
  return message_of([&] { auto const ignored = read_picture(path, wanted); });
}

}  // namespace

TEST_CASE("grey and colour JPEG pictures are read, progressive ones too", "[jpeg]") {
  test::temporary_folder const folder;
  int const channels = GENERATE(1, 3);
  bool const progressive = GENERATE(false, true);
  picture const source = test::ramp(11, 17, channels);
  write_bytes(folder / "picture", test::jpeg_of(source, progressive));
  picture const back = read_jpeg(folder / "picture");
  CHECK(back.height == 11);
  CHECK(back.width == 17);
  CHECK(back.channels == channels);
  CHECK(largest_difference(back, source) <= 6);
  CHECK(read_picture(folder / "picture", {11, 17}).pixels == back.pixels);
}

TEST_CASE("a JPEG picture that EXIF data want turned is read as it is stored", "[jpeg]") {
  test::temporary_folder const folder;
  std::string const plain = test::jpeg_of(test::ramp(8, 16, 3));
  // One entry of a TIFF folder: orientation (0x112) 6, which asks for a quarter turn.
  std::string const tiff("MM\0*\0\0\0\x8\0\1\x1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
  std::string const exif = std::string("\xff\xe1\0\x22", 4) + std::string("Exif\0\0", 6) + tiff;
  write_bytes(folder / "plain.jpg", plain);
  write_bytes(folder / "turned.jpg", plain.substr(0, 2) + exif + plain.substr(2));
  picture const back = read_jpeg(folder / "turned.jpg", {8, 16});
  CHECK(back.pixels == read_jpeg(folder / "plain.jpg").pixels);
}

TEST_CASE("PNG pictures are read as they were written, whatever the file is called", "[png]") {
  test::temporary_folder const folder;
  picture const source = test::ramp(7, 5, GENERATE(1, 3));
  write_png(folder / "picture.jpg", source);
  picture const back = read_picture(folder / "picture.jpg", {7, 5});
  CHECK(back.pixels == source.pixels);
  CHECK(back.channels == source.channels);
  CHECK(read_png(folder / "picture.jpg").pixels == source.pixels);
}

TEST_CASE("a picture of another size is refused by its header alone") {
  test::temporary_folder const folder;
  write_bytes(folder / "a.jpg", test::jpeg_of(test::ramp(64, 63, 3)));
  write_png(folder / "a.png", test::ramp(64, 63, 3));
  CHECK(mentions(read_failure(folder / "a.jpg", {64, 64}), {"a.jpg: is 64 x 63 pixels", "expected 64 x 64"}));
  CHECK(mentions(read_failure(folder / "a.png", {64, 64}), {"a.png: is 64 x 63 pixels", "expected 64 x 64"}));

  // A header that claims 65,500 x 65,500: 4 GB of pixels from a file of some hundred bytes.
  std::string bomb = test::jpeg_of(test::ramp(8, 8, 3));
  std::size_t const frame = bomb.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  for (std::size_t i = 5; i < 9; ++i) bomb[frame + i] = i % 2 == 1 ? '\xff' : '\xdc';
  write_bytes(folder / "bomb.jpg", bomb);
  CHECK(mentions(read_failure(folder / "bomb.jpg", {64, 64}), {"65500 x 65500", "expected 64 x 64"}));
  CHECK(mentions(read_failure(folder / "bomb.jpg"), {"65500 x 65500", "16384"}));

  std::string png = test::read_bytes(folder / "a.png");
  for (std::size_t i = 16; i < 24; ++i) png[i] = i % 4 == 1 ? '\x10' : '\0';  // a million rows and columns
  write_bytes(folder / "bomb.png", png);
  CHECK_FALSE(read_failure(folder / "bomb.png").empty());
}

TEST_CASE("JPEG files that are cut off, at any byte, are refused", "[jpeg]") {
  test::temporary_folder const folder;
  std::string const whole = test::jpeg_of(test::ramp(16, 16, 3), GENERATE(false, true));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_bytes(folder / "cut.jpg", whole.substr(0, length));
    INFO(length << " of " << whole.size());
    REQUIRE_FALSE(read_failure(folder / "cut.jpg").empty());
  }
  write_bytes(folder / "cut.jpg", whole.substr(0, whole.size() * 2 / 3));
  CHECK(mentions(read_failure(folder / "cut.jpg"), {"cut.jpg: is broken (", "expected a whole JPEG picture"}));
}

TEST_CASE("PNG files that are cut off, or changed at any byte, are refused", "[png]") {
  test::temporary_folder const folder;
  write_png(folder / "whole.png", test::ramp(16, 16, 3));
  std::string const whole = test::read_bytes(folder / "whole.png");
  for (std::size_t place = 0; place < whole.size(); ++place) {
    INFO(place << " of " << whole.size());
    write_bytes(folder / "cut.png", whole.substr(0, place));
    REQUIRE_FALSE(read_failure(folder / "cut.png").empty());
    std::string changed = whole;
    changed[place] = char(changed[place] ^ 1);
    write_bytes(folder / "changed.png", changed);
    REQUIRE_FALSE(read_failure(folder / "changed.png").empty());
  }
}

TEST_CASE("the values of PNG pictures are the file's own, whatever it says of gamma and colours", "[png]") {
  test::temporary_folder const folder;
  std::string const profile = GENERATE("none", "sRGB", "gamma 1", "gamma 1/2.2");
  int const colour_type = GENERATE(PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB);
  int const bits = GENERATE(8, 16);
  bool const interlaced = GENERATE(false, true);
  INFO(profile << ", colour type " << colour_type << ", " << bits << " bits" << (interlaced ? ", interlaced" : ""));
  // All 16-bit values in steps that meet those just below and above a half, and all bytes.
  std::size_t const samples = std::size_t(32 * 32) * (colour_type == PNG_COLOR_TYPE_RGB ? 3 : 1);
  std::string rows;
  std::vector<std::uint8_t> expected;
  for (std::size_t i = 0; i < samples; ++i) {
    unsigned const value = unsigned(i * 43 + i % 2) & 0xffffU;
    if (bits == 16) rows += char(value >> 8U);
    rows += char(value & 0xffU);
    expected.push_back(static_cast<std::uint8_t>(bits == 16 ? (value + 128) / 257 : value & 0xffU));
  }
  write_bytes(folder / "a.png", test::png_of(32, 32, bits, colour_type, rows, interlaced, [&](auto png, auto info) {
                if (profile == "sRGB") png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
                if (profile == "gamma 1") png_set_gAMA_fixed(png, info, 100000);
                if (profile == "gamma 1/2.2") png_set_gAMA_fixed(png, info, 45455);
              }));
  picture const back = read_png(folder / "a.png");
  CHECK((back.height == 32 && back.width == 32 && back.channels == (colour_type == PNG_COLOR_TYPE_RGB ? 3 : 1)));
  CHECK(back.pixels == expected);
}

TEST_CASE("grey of 1, 2 and 4 bits is scaled to 0..255", "[png]") {
  test::temporary_folder const folder;
  auto const pixels = [&](int bits, std::string const& rows) {
    write_bytes(folder / "a.png", test::png_of(1, 8 * int(rows.size()) / bits, bits, PNG_COLOR_TYPE_GRAY, rows));
    picture const back = read_png(folder / "a.png");
    CHECK(back.channels == 1);
    return back.pixels;
  };
  CHECK(pixels(1, "\xa5") == std::vector<std::uint8_t>{255, 0, 255, 0, 0, 255, 0, 255});
  CHECK(pixels(2, "\x1b") == std::vector<std::uint8_t>{0, 85, 170, 255});
  CHECK(pixels(4, "\x1f") == std::vector<std::uint8_t>{17, 255});
}

TEST_CASE("palettes become RGB, and what is transparent is seen before black", "[png]") {
  test::temporary_folder const folder;
  auto const pixels = [&](int width, int bits, int colour_type, std::string const& rows,
                          std::function<void(png_structp, png_infop)> const& more) {
    write_bytes(folder / "a.png", test::png_of(1, width, bits, colour_type, rows, false, more));
    return read_png(folder / "a.png").pixels;
  };
  std::vector<png_color> palette{{10, 20, 30}, {40, 50, 60}, {200, 100, 0}};
  auto const with_palette = [&](png_structp png, png_infop info) { png_set_PLTE(png, info, palette.data(), 3); };
  CHECK(pixels(3, 8, PNG_COLOR_TYPE_PALETTE, std::string("\2\0\1", 3), with_palette) ==
        std::vector<std::uint8_t>{200, 100, 0, 10, 20, 30, 40, 50, 60});
  std::vector<png_byte> alphas{255, 0, 128};
  CHECK(pixels(3, 8, PNG_COLOR_TYPE_PALETTE, std::string("\2\0\1", 3), [&](png_structp png, png_infop info) {
          with_palette(png, info);
          png_set_tRNS(png, info, alphas.data(), 3, nullptr);
        }) == std::vector<std::uint8_t>{100, 50, 0, 10, 20, 30, 0, 0, 0});
  // One colour of 16 bits: its neighbour, which rounds to the same byte, stays.
  png_color_16 key{};
  key.gray = 0x8080;
  CHECK(pixels(2, 16, PNG_COLOR_TYPE_GRAY, "\x80\x80\x80\x81", [&](png_structp png, png_infop info) {
          png_set_tRNS(png, info, nullptr, 0, &key);
        }) == std::vector<std::uint8_t>{0, 128});
  auto const nothing = [](png_structp, png_infop) {};
  CHECK(pixels(3, 8, PNG_COLOR_TYPE_GRAY_ALPHA, std::string("\x64\x00\x64\x80\x64\xff", 6), nothing) ==
        std::vector<std::uint8_t>{0, 50, 100});
  CHECK(pixels(1, 16, PNG_COLOR_TYPE_RGB_ALPHA, "\xff\xff\x80\x80\x01\x01\x80\x80", nothing) ==
        std::vector<std::uint8_t>{128, 64, 1});
}

TEST_CASE("a JPEG file of many scans is refused", "[jpeg]") {
  test::temporary_folder const folder;
  // One scan for every frequency, and one for the last bit of each: 128 passes over the picture, all of them lawful.
  std::vector<jpeg_scan_info> scans;
  for (int bit : {1, 0})
    for (int frequency = 0; frequency < 64; ++frequency)
      scans.push_back({1, {0}, frequency, frequency, bit == 1 ? 0 : 1, bit});
  picture const source = test::ramp(8, 8, 1);
  write_bytes(folder / "many.jpg", test::jpeg_of(source, false, scans));
  CHECK(mentions(read_failure(folder / "many.jpg"), {"many.jpg", "more than 100 scans"}));
  scans.erase(scans.begin() + 96, scans.end());
  write_bytes(folder / "less.jpg", test::jpeg_of(source, false, scans));
  CHECK(read_failure(folder / "less.jpg").empty());
}

TEST_CASE("what is no picture is named as such") {
  test::temporary_folder const folder;
  CHECK(mentions(read_failure(folder / "nothing.jpg"), {"nothing.jpg", "can't be read"}));
  CHECK(mentions(read_failure(folder.path()), {"is a folder"}));
  write_bytes(folder / "empty.png", "");
  CHECK(mentions(read_failure(folder / "empty.png"), {"neither a PNG nor a JPEG"}));
  write_bytes(folder / "page.jpg", "<!DOCTYPE html>");
  CHECK(mentions(read_failure(folder / "page.jpg"), {"page.jpg", "neither a PNG nor a JPEG"}));
  write_bytes(folder / "inks.jpg", test::jpeg_of(test::ramp(8, 8, 4)));
  CHECK(mentions(read_failure(folder / "inks.jpg"), {"inks.jpg: has 4 components (CMYK", "3 (colour)", "RGB"}));
}

TEST_CASE("pictures broken at random are read or refused, nothing else", "[fuzz]") {
  test::temporary_folder const folder;
  write_png(folder / "a.png", test::ramp(9, 9, 3));
  std::vector<std::string> const originals{test::jpeg_of(test::ramp(16, 24, 3)),
                                           test::jpeg_of(test::ramp(9, 9, 1), true),
                                           test::read_bytes(folder / "a.png")};
  std::mt19937 random(5);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    write_bytes(folder / "file", test::mutate(originals[std::size_t(round % 3)], 300, random));
    refused += read_failure(folder / "file").empty() ? 0 : 1;
  }
  CHECK(refused > 500);
}

TEST_CASE("cropping takes the middle") {
  picture const source{3, 4, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  CHECK(cropped(source, 1, 2).pixels == std::vector<std::uint8_t>{6, 7});
  CHECK(cropped(source, 3, 4).pixels == source.pixels);
  CHECK(cropped(source, 2, 3).pixels == std::vector<std::uint8_t>{1, 2, 3, 5, 6, 7});
  picture const colour{1, 3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  CHECK(cropped(colour, 1, 1).pixels == std::vector<std::uint8_t>{4, 5, 6});
  CHECK(mentions(message_of([&] { auto const ignored = cropped(source, 4, 4); }), {"3 x 4", "4 x 4"}));
}

TEST_CASE("resizing averages when it shrinks and interpolates when it enlarges") {
  picture const ramp{1, 4, 1, {0, 100, 200, 100}};
  // Weights 1 3 3 1 around each centre, of which the border cuts one off: (3 * 0 + 3 * 100 + 200) / 7, and so on.
  CHECK(resized(ramp, 1, 2).pixels == std::vector<std::uint8_t>{71, 143});
  CHECK(resized({1, 2, 1, {0, 100}}, 1, 4).pixels == std::vector<std::uint8_t>{0, 25, 75, 100});
  picture const source = test::ramp(6, 5, 3);
  CHECK(resized(source, 6, 5).pixels == source.pixels);
  // What is the same everywhere stays so, in each channel.
  picture flat{7, 9, 3, {}};
  for (int i = 0; i < 63; ++i)
    for (int const v : {10, 20, 255}) flat.pixels.push_back(static_cast<std::uint8_t>(v));
  picture const other = resized(flat, 3, 20);
  REQUIRE(other.pixels.size() == 180);
  for (std::size_t i = 0; i < 180; i += 3)
    REQUIRE((other.pixels[i] == 10 && other.pixels[i + 1] == 20 && other.pixels[i + 2] == 255));
}

TEST_CASE("a picture is fitted as asked") {
  picture const source = test::ramp(20, 10, 3);
  CHECK(mentions(message_of([&] { auto const ignored = fitted(source, 8, 8, fitting::as_is); }), {"20 x 10", "8 x 8"}));
  CHECK(mentions(
      message_of([&] {
        auto const ignored = fitted(picture{1, 16384, 1, std::vector<std::uint8_t>(16384)}, 224, 224, fitting::resize);
      }),
      {"1 x 16384", "too narrow", "224 x 224"}));
  // 64 times as much as is wanted is resized at most.
  auto const narrow = [](int width) {
    return message_of([&] {
      (void)fitted(picture{1, width, 1, std::vector<std::uint8_t>(std::size_t(width))}, 8, 8, fitting::resize);
    });
  };
  CHECK(narrow(64).empty());
  CHECK(mentions(narrow(65), {"too narrow"}));
  CHECK(fitted(source, 20, 10, fitting::as_is).pixels == source.pixels);
  CHECK(fitted(source, 8, 8, fitting::crop).pixels == cropped(source, 8, 8).pixels);
  CHECK_FALSE(message_of([&] { auto const ignored = fitted(source, 8, 12, fitting::crop); }).empty());
  CHECK(fitted(source, 5, 5, fitting::resize).pixels == cropped(resized(source, 10, 5), 5, 5).pixels);
  picture const wide = fitted(source, 9, 31, fitting::resize);
  CHECK((wide.height == 9 && wide.width == 31));
}

TEST_CASE("pixels become planes; grey becomes RGB and RGB grey") {
  std::vector<std::uint8_t> planes(6);
  to_planes({1, 2, 3, {1, 2, 3, 4, 5, 6}}, 3, planes);
  CHECK(planes == std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6});
  to_planes({1, 2, 1, {7, 8}}, 3, planes);
  CHECK(planes == std::vector<std::uint8_t>{7, 8, 7, 8, 7, 8});
  planes.resize(3);
  to_planes({1, 3, 3, {255, 0, 0, 0, 255, 0, 255, 255, 255}}, 1, planes);
  CHECK(planes == std::vector<std::uint8_t>{76, 150, 255});
}
