// Reads CIFAR-10 and CIFAR-100 (A. Krizhevsky 2009) from the files of their binary version.
//
// A file is a row of records without header: one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100), then the
// 3 x 32 x 32 bytes of an image, plane by plane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/narrowed.hpp>

namespace polyfold {

/// Which of its two labels an image of CIFAR-100 gets: one of 100 classes, or one of 20 groups of five classes.
enum class cifar100_label { fine, coarse };

/// What networks for CIFAR-10 are usually trained with; the deviations are smaller than those of the pixels.
[[nodiscard]] inline normalisation cifar10_normalisation() {
  return {std::vector<float>{0.4914f, 0.4822f, 0.4465f}, std::vector<float>{0.2023f, 0.1994f, 0.2010f}};
}

namespace detail {

struct cifar_format {
  std::string name;              // of the data set, for cmake/FetchData.cmake
  std::size_t label_bytes;       // before every image
  std::size_t label_at;          // which of them is taken
  std::size_t classes;           // below which it must lie
  std::size_t records_per_file;  // 0: any number
};

/// A file of the set, found to have a lawful size.
struct cifar_file {
  cifar_file(std::filesystem::path where, cifar_format const& format)
      : path(std::move(where)),
        remedy("fetch it again: cmake -DDATASET=" + format.name + " -P cmake/FetchData.cmake"),
        file(path, "a file of " + format.name + "'s binary version", remedy) {
    std::uint64_t const record = format.label_bytes + 3072;
    images = detail::narrowed<std::size_t>(file.size() / record);
    if (file.size() % record == 0 && images != 0 && (format.records_per_file == 0 || images == format.records_per_file))
      return;
    std::string expected = "whole records of " + std::to_string(record) + " bytes";
    if (format.records_per_file != 0)
      expected = std::to_string(format.records_per_file * record) + " (" + std::to_string(format.records_per_file) +
                 " records of " + std::to_string(record) + ")";
    throw failure(path, "has " + std::to_string(file.size()) + " bytes", expected, remedy);
  }

  std::filesystem::path path;
  std::string remedy;
  input_file file;
  std::size_t images = 0;
};

/// Appends the images of a file to `set`.
inline void read_cifar_file(cifar_file& from, cifar_format const& format, image_set& set) {
  std::vector<std::uint8_t> bytes(format.label_bytes + 3072);
  for (std::size_t i = 0; i < from.images; ++i) {
    from.file.read(std::as_writable_bytes(std::span(bytes)));
    std::uint8_t const label = bytes[format.label_at];
    if (label >= format.classes)
      throw failure(from.path, "label " + std::to_string(i) + " is " + std::to_string(label),
                    "0 to " + std::to_string(format.classes - 1), from.remedy);
    set.labels.push_back(label);
    set.pixels.insert(set.pixels.end(), bytes.begin() + std::ptrdiff_t(format.label_bytes), bytes.end());
  }
}

[[nodiscard]] inline image_set read_cifar(std::filesystem::path const& folder, std::vector<std::string> const& names,
                                          cifar_format const& format, std::vector<std::string> classes) {
  image_set set{3, 32, 32, {}, {}, std::move(classes)};
  std::vector<cifar_file> files;
  std::size_t images = 0;
  for (std::string const& name : names) images += files.emplace_back(folder / name, format).images;
  // What all files together hold: known from their sizes.
  set.pixels.reserve(images * 3072);
  for (cifar_file& file : files) read_cifar_file(file, format, set);
  return set;
}

}  // namespace detail

/// Reads data_batch_1.bin to data_batch_5.bin or test_batch.bin in `folder`: N x 3 x 32 x 32, labels 0..9.
/// `images_per_file` is 10,000 in the official files; 0 takes any number of whole records. Throws `failure` where a file is
/// missing, of another size, or has a label out of range.
[[nodiscard]] inline image_set read_cifar10(std::filesystem::path const& folder, split part,
                                            std::size_t images_per_file = 10000) try {
  std::vector<std::string> files{"test_batch.bin"};
  if (part == split::train)
    files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
  return detail::read_cifar(folder, files, {"cifar-10", 1, 0, 10, images_per_file},
                            {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"});
} catch (...) {
  detail::fail_to_read(folder);
}

/// Reads train.bin or test.bin in `folder`: N x 3 x 32 x 32, labels 0..99 or 0..19. `images` is the number in the file,
/// where it is not the official one of 50,000 or 10,000; 0 takes any number. Throws `failure` as read_cifar10 does.
[[nodiscard]] inline image_set read_cifar100(std::filesystem::path const& folder, split part,
                                             cifar100_label label = cifar100_label::fine,
                                             std::optional<std::size_t> images = std::nullopt) try {
  bool const fine = label == cifar100_label::fine;
  std::size_t const official = part == split::train ? 50000 : 10000;
  std::vector<std::string> names{"aquatic_mammals",
                                 "fish",
                                 "flowers",
                                 "food_containers",
                                 "fruit_and_vegetables",
                                 "household_electrical_devices",
                                 "household_furniture",
                                 "insects",
                                 "large_carnivores",
                                 "large_man-made_outdoor_things",
                                 "large_natural_outdoor_scenes",
                                 "large_omnivores_and_herbivores",
                                 "medium_mammals",
                                 "non-insect_invertebrates",
                                 "people",
                                 "reptiles",
                                 "small_mammals",
                                 "trees",
                                 "vehicles_1",
                                 "vehicles_2"};
  if (fine)
    names = {"apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
             "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
             "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
             "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
             "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
             "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
             "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
             "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
             "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
             "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
             "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
             "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
             "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
             "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
             "woman",      "worm"};
  std::size_t const classes = names.size();
  return detail::read_cifar(folder, {part == split::train ? "train.bin" : "test.bin"},
                            {"cifar-100", 2, fine ? std::size_t(1) : 0, classes, images.value_or(official)},
                            std::move(names));
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
