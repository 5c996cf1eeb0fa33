// CIFAR-10 and CIFAR-100: what their files give, and what is said of wrong ones.

#include <string>
#include <vector>

#include <polyfold/io/cifar.hpp>

#include "catch.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;
using test::write_bytes;

namespace {

/// Records with the given label bytes before each image; image i counts up from i.
std::string records(std::vector<std::string> const& labels) {
  std::string bytes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bytes += labels[i];
    for (std::size_t k = 0; k < 3072; ++k) bytes += static_cast<char>((i + k) % 251);
  }
  return bytes;
}

std::string label(int value) { return std::string(1, static_cast<char>(value)); }

std::string failure10(test::temporary_folder const& folder, split part, std::size_t images) {
  return message_of([&] { auto const ignored = read_cifar10(folder.path(), part, images); });
}

}  // namespace

TEST_CASE("CIFAR-10's five training files are one set, in their order", "[cifar]") {
  test::temporary_folder const folder;
  for (int i = 1; i <= 5; ++i)
    write_bytes(folder / ("data_batch_" + std::to_string(i) + ".bin"), records({label(i), label(9 - i)}));
  write_bytes(folder / "test_batch.bin", records({label(3)}));
  image_set const train = read_cifar10(folder.path(), split::train, 2);
  CHECK((train.channels == 3 && train.height == 32 && train.width == 32));
  CHECK(train.labels == std::vector<std::uint16_t>{1, 8, 2, 7, 3, 6, 4, 5, 5, 4});
  REQUIRE(train.size() == 10);
  CHECK(train.image(9)[0] == 1);
  CHECK(train.image(9)[3071] == 3072 % 251);
  CHECK(train.class_names.size() == 10);
  CHECK(train.class_names[3] == "cat");
  image_set const test = read_cifar10(folder.path(), split::test, 0);
  CHECK(test.labels == std::vector<std::uint16_t>{3});

  std::filesystem::remove(folder / "data_batch_4.bin");
  CHECK(mentions(failure10(folder, split::train, 2), {"data_batch_4.bin", "can't be read", "DATASET=cifar-10"}));
}

TEST_CASE("CIFAR-100 has two labels", "[cifar]") {
  test::temporary_folder const folder;
  write_bytes(folder / "train.bin", records({label(19) + label(99), label(0) + label(7)}));
  write_bytes(folder / "test.bin", records({label(4) + label(50)}));
  image_set const fine = read_cifar100(folder.path(), split::train, cifar100_label::fine, 2);
  CHECK(fine.labels == std::vector<std::uint16_t>{99, 7});
  CHECK(fine.class_names.size() == 100);
  CHECK(fine.class_names[99] == "worm");
  CHECK(std::is_sorted(fine.class_names.begin(), fine.class_names.end()));
  CHECK(fine.image(1)[0] == 1);
  image_set const coarse = read_cifar100(folder.path(), split::train, cifar100_label::coarse, 0);
  CHECK(coarse.labels == std::vector<std::uint16_t>{19, 0});
  CHECK(coarse.class_names.size() == 20);
  CHECK(std::is_sorted(coarse.class_names.begin(), coarse.class_names.end()));
  CHECK(coarse.pixels == fine.pixels);
  CHECK(mentions(message_of([&] { auto const ignored = read_cifar100(folder.path(), split::test); }),
                 {"test.bin", "has 3074 bytes", "30740000 (10000 records of 3074)", "DATASET=cifar-100"}));
}

TEST_CASE("files of other sizes are refused", "[cifar]") {
  test::temporary_folder const folder;
  auto const path = folder / "test_batch.bin";
  std::string const whole = records({label(0), label(1), label(2)});
  write_bytes(path, whole);
  CHECK(failure10(folder, split::test, 3).empty());
  CHECK(mentions(failure10(folder, split::test, 10000), {"has 9219 bytes", "30730000 (10000 records of 3073)"}));
  CHECK(mentions(failure10(folder, split::test, 2), {"has 9219 bytes", "6146"}));
  write_bytes(path, whole.substr(0, 9218));
  CHECK(mentions(failure10(folder, split::test, 3), {"has 9218 bytes"}));
  CHECK(mentions(failure10(folder, split::test, 0), {"has 9218 bytes", "whole records of 3073 bytes"}));
  write_bytes(path, whole + "x");
  CHECK(mentions(failure10(folder, split::test, 0), {"has 9220 bytes"}));
  write_bytes(path, "");
  CHECK(mentions(failure10(folder, split::test, 0), {"has 0 bytes"}));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK_FALSE(failure10(folder, split::test, 0).empty());
}

TEST_CASE("labels out of range are refused", "[cifar]") {
  test::temporary_folder const folder;
  write_bytes(folder / "test_batch.bin", records({label(9), label(10)}));
  CHECK(mentions(failure10(folder, split::test, 2), {"test_batch.bin", "label 1 is 10", "0 to 9"}));
  write_bytes(folder / "test_batch.bin", records({label(-1)}));
  CHECK(mentions(failure10(folder, split::test, 1), {"label 0 is 255"}));
  // Fine labels that coarse ones are read with: only the label that is taken is looked at.
  write_bytes(folder / "test.bin", records({label(20) + label(3)}));
  auto const coarse = [&](cifar100_label which) {
    return message_of([&] { auto const ignored = read_cifar100(folder.path(), split::test, which, 1); });
  };
  CHECK(coarse(cifar100_label::fine).empty());
  CHECK(mentions(coarse(cifar100_label::coarse), {"label 0 is 20", "0 to 19"}));
}
