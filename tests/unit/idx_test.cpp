// The IDX reader: what it reads, and the sentence it says for every way in which a file can be wrong.

#include <zlib.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "polyfold/io/idx.hpp"
#include "temporary_files.hpp"

namespace {

using polyfold::split;
using test::mentions;
using test::message_of;
using test::write_bytes;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U & 0xffU),
          static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
}

std::string image_header(std::uint32_t n, std::uint32_t height, std::uint32_t width) {
  return big_endian(0x803) + big_endian(n) + big_endian(height) + big_endian(width);
}

/// `n` images whose bytes count up from 0.
std::string image_file(std::uint32_t n, std::uint32_t height = 28, std::uint32_t width = 28) {
  std::string bytes = image_header(n, height, width);
  for (std::uint32_t i = 0; i < n * height * width; ++i) bytes += static_cast<char>(i & 0xffU);
  return bytes;
}

/// Labels 0, 1, ... 9, 0, 1, ...
std::string label_file(std::uint32_t n) {
  std::string bytes = big_endian(0x801) + big_endian(n);
  for (std::uint32_t i = 0; i < n; ++i) bytes += static_cast<char>(i % 10);
  return bytes;
}

void write_gzip(std::filesystem::path const& path, std::string const& bytes) {
  auto* const file = gzopen(path.string().c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

std::string images_failure(std::filesystem::path const& path) {
  return message_of([&] { polyfold::read_idx_images(path); });
}
std::string labels_failure(std::filesystem::path const& path) {
  return message_of([&] { polyfold::read_idx_labels(path); });
}

}  // namespace

TEST_CASE("IDX images are read plain and from gzip", "[idx]") {
  test::temporary_folder const folder;
  auto const path = folder / "images";
  SECTION("plain") { write_bytes(path, image_file(3, 2, 5)); }
  SECTION("gzip") { write_gzip(path, image_file(3, 2, 5)); }
  polyfold::image_set const set = polyfold::read_idx_images(path);
  CHECK(set.channels == 1);
  CHECK(set.height == 2);
  CHECK(set.width == 5);
  REQUIRE(set.size() == 3);
  CHECK(set.labels.empty());
  CHECK(set.image(0)[0] == 0);
  CHECK(set.image(2)[0] == 20);
  CHECK(set.image(2)[9] == 29);
}

TEST_CASE("files larger than one step of the buffer are read whole", "[idx]") {
  test::temporary_folder const folder;
  std::string const bytes = image_file(3000);
  write_bytes(folder / "plain", bytes);
  write_gzip(folder / "gzip", bytes);
  polyfold::image_set const plain = polyfold::read_idx_images(folder / "plain");
  REQUIRE(plain.size() == 3000);
  CHECK(plain.pixels.back() == static_cast<std::uint8_t>(bytes.back()));
  CHECK(polyfold::read_idx_images(folder / "gzip").pixels == plain.pixels);
}

TEST_CASE("a gzip file in several members is read whole", "[idx]") {
  test::temporary_folder const folder;
  std::string const bytes = image_file(3, 4, 4);
  std::string joined;
  std::size_t start = 0;
  for (std::size_t const cut : {std::size_t(5), std::size_t(30), bytes.size()}) {
    write_gzip(folder / "part", bytes.substr(start, cut - start));
    joined += test::read_bytes(folder / "part");
    start = cut;
  }
  write_bytes(folder / "joined", joined);
  polyfold::image_set const set = polyfold::read_idx_images(folder / "joined");
  REQUIRE(set.size() == 3);
  CHECK(set.pixels.back() == 47);
}

TEST_CASE("an IDX file without elements is an empty set", "[idx]") {
  test::temporary_folder const folder;
  write_bytes(folder / "images", image_file(0));
  write_bytes(folder / "labels", label_file(0));
  CHECK(polyfold::read_idx_images(folder / "images").size() == 0);
  CHECK(polyfold::read_idx_labels(folder / "labels").empty());
}

TEST_CASE("read_mnist takes either form of either file", "[idx]") {
  test::temporary_folder const folder;
  write_gzip(folder / "train-images-idx3-ubyte.gz", image_file(12));
  write_bytes(folder / "train-labels-idx1-ubyte", label_file(12));
  write_bytes(folder / "t10k-images-idx3-ubyte", image_file(2));
  write_gzip(folder / "t10k-labels-idx1-ubyte.gz", label_file(2));
  polyfold::image_set const train = polyfold::read_mnist(folder.path(), split::train);
  CHECK(train.size() == 12);
  REQUIRE(train.labels.size() == 12);
  CHECK(train.labels[11] == 1);
  CHECK(polyfold::read_mnist(folder.path(), split::test).size() == 2);
}

TEST_CASE("read_mnist refuses files that do not belong together", "[idx]") {
  test::temporary_folder const folder;
  auto const images = folder / "t10k-images-idx3-ubyte";
  auto const labels = folder / "t10k-labels-idx1-ubyte";
  auto const message = [&] { return message_of([&] { polyfold::read_mnist(folder.path(), split::test); }); };

  CHECK(mentions(message(), {"t10k-images-idx3-ubyte.gz", "FetchData.cmake"}));
  write_bytes(images, image_file(3));
  CHECK(mentions(message(), {"t10k-labels-idx1-ubyte", "FetchData.cmake"}));
  write_bytes(labels, label_file(4));
  CHECK(mentions(message(), {labels.string(), "4 labels", "expected 3", images.string()}));
  write_bytes(labels, image_file(3));
  CHECK(mentions(message(), {labels.string(), "0 0 8 3", "exchanged", "0 0 8 1"}));
  write_bytes(labels, label_file(3));
  CHECK(message().empty());
  write_bytes(images, image_file(3, 27, 28));
  CHECK(mentions(message(), {images.string(), "27 x 28", "28 x 28"}));
}

TEST_CASE("labels outside 0..9 are refused", "[idx]") {
  test::temporary_folder const folder;
  auto const path = folder / "labels";
  std::string bytes = label_file(20);
  bytes[8 + 13] = 10;
  write_bytes(path, bytes);
  CHECK(mentions(labels_failure(path), {path.string(), "label 13 is 10", "0 to 9", "Remedy"}));
  CHECK(polyfold::read_idx_labels(path, 26).size() == 20);
}

TEST_CASE("missing files, folders and foreign files are named as such", "[idx]") {
  test::temporary_folder const folder;
  CHECK(mentions(images_failure(folder / "nothing"), {"nothing", "can't be read"}));
  CHECK(mentions(images_failure(folder.path()), {"is a folder"}));
  write_bytes(folder / "empty", "");
  CHECK(mentions(images_failure(folder / "empty"), {"ends after 0 bytes", "16 bytes"}));
  write_bytes(folder / "page", "<!DOCTYPE html><title>404</title>");
  CHECK(mentions(images_failure(folder / "page"), {"60 33 68 79", "0 0 8 3"}));
  // Element type 13: float.
  write_bytes(folder / "floats", std::string("\0\0\x0d\3", 4) + image_file(1).substr(4));
  CHECK(mentions(images_failure(folder / "floats"), {"0 0 13 3", "0 0 8 3"}));
}

TEST_CASE("truncated and oversized files are refused", "[idx]") {
  test::temporary_folder const folder;
  auto const path = folder / "images";
  std::string const whole = image_file(2, 4, 4);
  SECTION("within the header") {
    write_bytes(path, whole.substr(0, 11));
    CHECK(mentions(images_failure(path), {"ends after 11 bytes"}));
  }
  SECTION("within the elements") {
    write_bytes(path, whole.substr(0, whole.size() - 1));
    CHECK(mentions(images_failure(path), {"holds 31 bytes", "expected 32", "2 x 4 x 4", "Remedy"}));
  }
  SECTION("bytes too many") {
    write_bytes(path, whole + "x");
    CHECK(mentions(images_failure(path), {"goes on after its last element"}));
  }
  SECTION("a gzip file that ends too soon, at any byte") {
    write_gzip(path, image_file(2));
    std::string const compressed = test::read_bytes(path);
    for (std::size_t length = 0; length < compressed.size(); ++length) {
      write_bytes(path, compressed.substr(0, length));
      INFO(length);
      REQUIRE_FALSE(images_failure(path).empty());
    }
  }
  SECTION("a gzip file with a wrong checksum") {
    write_gzip(path, image_file(2));
    std::string compressed = test::read_bytes(path);
    compressed[compressed.size() - 8] = static_cast<char>(compressed[compressed.size() - 8] ^ 1);
    write_bytes(path, compressed);
    CHECK(mentions(images_failure(path), {"is broken"}));
  }
}

TEST_CASE("sizes in the header are not believed", "[idx]") {
  test::temporary_folder const folder;
  auto const path = folder / "images";
  std::uint32_t const huge = 0xffffffffU;
  SECTION("2^32 images of one pixel: above the limit") { write_bytes(path, image_header(huge, 1, 1) + "x"); }
  SECTION("2^31 images that are not there") { write_bytes(path, image_header(1U << 31U, 1, 1) + "x"); }
  SECTION("a product beyond 64 bits") { write_bytes(path, image_header(huge, huge, huge) + "x"); }
  SECTION("a product that wraps to 0 in 32 bits") { write_bytes(path, image_header(1U << 20U, 1U << 10U, 1U << 2U)); }
  SECTION("no rows") { write_bytes(path, image_header(2, 0, 28)); }
  SECTION("no columns") { write_bytes(path, image_header(2, 28, 0)); }
  SECTION("rows beyond reason") { write_bytes(path, image_header(1, 1U << 20U, 1)); }
  CHECK(mentions(images_failure(path), {path.string(), "expected"}));

  write_bytes(path, big_endian(0x801) + big_endian(huge) + "x");
  CHECK(mentions(labels_failure(path), {"4294967295", "2 GiB"}));
}

TEST_CASE("files broken at random are read or refused, nothing else", "[idx][fuzz]") {
  test::temporary_folder const folder;
  auto const path = folder / "file";
  write_gzip(path, image_file(3, 6, 5));
  std::array<std::string, 3> const originals{image_file(3, 6, 5), label_file(40), test::read_bytes(path)};
  std::mt19937 random(20220325);
  int refused = 0;
  for (int round = 0; round < 900; ++round) {
    write_bytes(path, test::mutate(originals[static_cast<std::size_t>(round % 3)], 16, random));
    // failure() lets everything but polyfold::failure through, which ends the test.
    refused += images_failure(path).empty() ? 0 : 1;
    refused += labels_failure(path).empty() ? 0 : 1;
  }
  CHECK(refused > 900);

  for (int round = 0; round < 100; ++round) {
    std::string bytes(random() % 200U, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xffU);
    write_bytes(path, bytes);
    CHECK_FALSE(images_failure(path).empty());
    CHECK_FALSE(labels_failure(path).empty());
  }
}
