// Data sets by name, measured normalisation, and images held back for validation.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <polyfold/data/validation_split.hpp>
#include <polyfold/io/load_dataset.hpp>

#include "catch.hpp"
#include "support/pictures.hpp"
#include "temporary_files.hpp"

using namespace polyfold;
using test::mentions;
using test::message_of;
using test::write_bytes;

namespace {

void write_idx(std::filesystem::path const& folder, std::string const& prefix, int images, int value) {
  std::filesystem::create_directories(folder);
  char const n = static_cast<char>(images);
  write_bytes(folder / (prefix + "-images-idx3-ubyte"),
              std::string("\0\0\x08\x03\0\0\0", 7) + n + std::string("\0\0\0\x1c\0\0\0\x1c", 8) +
                  std::string(std::size_t(images) * 392, '\0') +
                  std::string(std::size_t(images) * 392, static_cast<char>(value)));
  write_bytes(folder / (prefix + "-labels-idx1-ubyte"),
              std::string("\0\0\x08\x01\0\0\0", 7) + n + std::string(std::size_t(images), '\x02'));
}

std::string load_failure(std::string const& name, std::filesystem::path const& folder) {
  return message_of([&] { auto const ignored = load_dataset(name, folder); });
}

image_set labelled(std::vector<std::uint16_t> labels) {
  return {1, 1, 1, std::vector<std::uint8_t>(labels.size()), std::move(labels)};
}

}  // namespace

TEST_CASE("a data set's own subfolder comes first", "[dataset]") {
  test::temporary_folder const folder;
  for (auto const& [place, images] : {std::pair{folder.path(), 3}, std::pair{folder / "fashion-mnist", 4}}) {
    write_idx(place, "train", images, 100);
    write_idx(place, "t10k", 2, 100);
  }
  dataset_splits const digits = load_dataset("mnist", folder.path());
  CHECK(digits.name == "mnist");
  CHECK(digits.training.size() == 3);
  CHECK(digits.test.size() == 2);
  CHECK(digits.test.class_names[9] == "9");
  dataset_splits const clothes = load_dataset("fashion-mnist", folder.path());
  CHECK(clothes.training.size() == 4);
  CHECK(clothes.training.class_names[2] == "Pullover");
  CHECK(clothes.normalise.mean.at(0) == Approx(50.0 / 255));
  CHECK(clothes.normalise.deviation.at(0) == Approx(50.0 / 255));
  CHECK(find_dataset("fashion-mnist", folder / "fashion-mnist") == folder / "fashion-mnist");
}

TEST_CASE("without a folder, the environment names it, then the cache", "[dataset]") {
  test::temporary_folder const own;
  test::temporary_folder const cache;
  write_idx(own / "mnist", "t10k", 1, 1);
  write_idx(cache / "fashion-mnist", "t10k", 1, 1);
  std::vector<std::pair<std::string, std::string>> before;
  for (char const* const name : {"POLYFOLD_DATA_DIR", "POLYFOLD_CACHE_DIR"})
    if (char const* const value = std::getenv(name)) before.emplace_back(name, value);
  setenv("POLYFOLD_DATA_DIR", own.path().c_str(), 1);
  setenv("POLYFOLD_CACHE_DIR", cache.path().c_str(), 1);
  CHECK(find_dataset("mnist") == own / "mnist");
  CHECK(find_dataset("fashion-mnist") == cache / "fashion-mnist");
  CHECK(mentions(message_of([&] { auto const ignored = find_dataset("cifar-10"); }),
                 {own.path().string(), cache.path().string(), "test_batch.bin"}));
  unsetenv("POLYFOLD_DATA_DIR");
  unsetenv("POLYFOLD_CACHE_DIR");
  for (auto const& [name, value] : before) setenv(name.c_str(), value.c_str(), 1);
}

TEST_CASE("unknown names and missing data say what to do", "[dataset]") {
  test::temporary_folder const folder;
  CHECK(mentions(load_failure("cifar", folder.path()), {"'cifar'", "mnist", "cifar-10", "tiny-imagenet", "images"}));
  CHECK(mentions(load_failure("cifar-10", folder.path()),
                 {folder.path().string(), "CIFAR-10", "test_batch.bin", "cifar-10-batches-bin", "POLYFOLD_DATA_DIR",
                  "-DDATASET=cifar-10"}));
  CHECK(mentions(load_failure("tiny-imagenet", folder.path()), {"wnids.txt", "tiny-imagenet-200"}));
  CHECK(mentions(load_failure("tiny-imagenet-20", folder.path()), {"wnids.txt", "-DDATASET=tiny-imagenet "}));
  CHECK(mentions(load_failure("images", folder.path()), {"train"}));
  write_bytes(folder / "test_batch.bin", "short");
  CHECK(mentions(load_failure("cifar-10", folder.path()), {"data_batch_1.bin"}));
  write_idx(folder.path(), "t10k", 1, 1);
  CHECK(mentions(load_failure("mnist", folder.path()), {"train-images-idx3-ubyte"}));
}

TEST_CASE("own pictures have the same classes in both parts", "[dataset]") {
  test::temporary_folder const folder;
  for (char const* const name :
       {"train/cat/1.png", "train/dog/1.png", "train/dog/2.png", "val/dog/1.png", "val/cat/9.png"}) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_png(folder / name, test::ramp(5, 6, 3));
  }
  dataset_splits const data = load_dataset("images", folder.path());
  CHECK(data.training.labels == std::vector<std::uint16_t>{0, 1, 1});
  CHECK(data.test.labels == std::vector<std::uint16_t>{0, 1});
  CHECK(data.normalise.mean.size() == 3);
  std::filesystem::rename(folder / "val/cat", folder / "val/bird");
  CHECK(mentions(load_failure("images", folder.path()), {"bird", "is no known class"}));
  std::filesystem::remove_all(folder / "val");
  CHECK(mentions(load_failure("images", folder.path()), {"no test pictures", "test, or val"}));
}

TEST_CASE("mean and deviation are those of each channel", "[normalisation]") {
  image_set images{2, 1, 2, {0, 255, 10, 10, 255, 255, 20, 40}, {}};
  normalisation const all = measure_normalisation(images);
  CHECK(all.mean[0] == Approx(0.75));
  CHECK(all.deviation[0] == Approx(std::sqrt(3.0 / 16)));
  CHECK(all.mean[1] == Approx(20.0 / 255));
  CHECK(all.deviation[1] == Approx(std::sqrt(150.0) / 255));
  CHECK(all(255, 0) == Approx(0.25 / std::sqrt(3.0 / 16)));
  CHECK(all(20, 1) == Approx(0).margin(1e-6));
  std::vector<std::size_t> const first{0};
  CHECK(mentions(message_of([&] { auto const ignored = measure_normalisation(images, first); }), {"channel 1"}));
  std::vector<std::size_t> const beyond{2};
  CHECK(mentions(message_of([&] { auto const ignored = measure_normalisation(images, beyond); }), {"image 2 of 2"}));
  CHECK(mentions(message_of([&] { auto const ignored = measure_normalisation({}); }), {"no images"}));
}

TEST_CASE("a split by class takes the same share of each, the same for the same seed", "[validation_split]") {
  std::vector<std::uint16_t> labels;
  for (int i = 0; i < 100; ++i) labels.push_back(static_cast<std::uint16_t>(i < 50 ? 0 : i < 83 ? 7 : 3));
  image_set const images = labelled(labels);
  validation_split const s = split_by_class(images, 20, 1);
  auto const held = [&](std::uint16_t label) {
    return std::count_if(s.validation.begin(), s.validation.end(), [&](std::size_t i) { return labels[i] == label; });
  };
  // Shares of 10, 6.6 and 3.4.
  CHECK(held(0) == 10);
  CHECK(held(7) == 7);
  CHECK(held(3) == 3);
  CHECK(s.training.size() == 80);
  std::vector<std::size_t> both = s.training;
  both.insert(both.end(), s.validation.begin(), s.validation.end());
  std::sort(both.begin(), both.end());
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(both[i] == i);
  CHECK(std::is_sorted(s.validation.begin(), s.validation.end()));
  CHECK(split_by_class(images, 20, 1).validation == s.validation);
  CHECK(split_by_class(images, 20, 2).validation != s.validation);
  CHECK(split_by_class(images, 99, 2).training.size() == 1);
  CHECK(split_by_class(images, 1, 2).validation.size() == 1);
}

TEST_CASE("a split at random is a permutation's beginning", "[validation_split]") {
  image_set const images = labelled(std::vector<std::uint16_t>(30));
  validation_split const s = split_at_random(images, 7, 4);
  CHECK(s.validation.size() == 7);
  CHECK(s.training.size() == 23);
  CHECK(std::is_sorted(s.training.begin(), s.training.end()));
  CHECK(split_at_random(images, 7, 4).validation == s.validation);
  CHECK(split_at_random(images, 7, 5).validation != s.validation);
  for (std::size_t const i : s.validation) CHECK_FALSE(std::binary_search(s.training.begin(), s.training.end(), i));
  // Every image is held back about as often: 7/30 of 3,000 runs, deviation 23.
  std::vector<int> times(30);
  for (std::uint64_t seed = 0; seed < 3000; ++seed)
    for (std::size_t const i : split_at_random(images, 7, seed).validation) ++times[i];
  CHECK(*std::min_element(times.begin(), times.end()) > 580);
  CHECK(*std::max_element(times.begin(), times.end()) < 820);
}

TEST_CASE("splits that leave nothing are refused", "[validation_split]") {
  image_set images = labelled({0, 1, 1});
  for (std::size_t const count : {std::size_t(0), std::size_t(3), std::size_t(4)}) {
    CHECK_FALSE(message_of([&] { auto const ignored = split_by_class(images, count, 1); }).empty());
    CHECK_FALSE(message_of([&] { auto const ignored = split_at_random(images, count, 1); }).empty());
  }
  images.labels.pop_back();
  CHECK(mentions(message_of([&] { auto const ignored = split_by_class(images, 1, 1); }), {"3 images with 2 labels"}));
  CHECK(split_at_random(images, 1, 1).training.size() == 2);
}
