// Data sets by name: finds the folder of one, and loads its two parts.
//
//   dataset_splits const data = load_dataset("cifar-10");              // from $POLYFOLD_DATA_DIR, or the cache
//   dataset_splits const data = load_dataset("images", "my/pictures");  // my/pictures/{train,test}/CLASS/*.png
//   dataset training(data.training, data.normalise);
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/data/normalisation.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/cifar.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/idx.hpp>
#include <polyfold/io/image_folder.hpp>
#include <polyfold/io/read_limits.hpp>
#include <polyfold/io/tiny_imagenet.hpp>

namespace polyfold {

/// A data set in memory. Both parts have the same shape and class names.
struct dataset_splits {
  std::string name;
  image_set training;
  image_set test;
  normalisation normalise;  ///< of every channel, measured on the training images
};

namespace detail {

/// What is known of a data set before it is loaded.
struct dataset_layout {
  char const* name;                     // here and in cmake/datasets
  char const* title;                    // in messages
  std::vector<std::string> subfolders;  // where a folder of data sets may have it
  std::vector<std::string> marks;       // its folder holds one of these
  char const* part_of = nullptr;        // the name in cmake/datasets, where that is another one
};

[[nodiscard]] inline std::vector<dataset_layout> dataset_layouts() {
  std::vector<std::string> const idx{"t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz", "train-images-idx3-ubyte",
                                     "train-images-idx3-ubyte.gz"};
  return {{"mnist", "MNIST", {"mnist"}, idx},
          {"fashion-mnist", "Fashion-MNIST", {"fashion-mnist"}, idx},
          {"cifar-10", "CIFAR-10's binary version", {"cifar-10", "cifar-10-batches-bin"}, {"test_batch.bin"}},
          {"cifar-100", "CIFAR-100's binary version", {"cifar-100", "cifar-100-binary"}, {"test.bin"}},
          {"tiny-imagenet", "Tiny ImageNet", {"tiny-imagenet", "tiny-imagenet-200"}, {"wnids.txt"}},
          {"tiny-imagenet-20",
           "Tiny ImageNet",
           {"tiny-imagenet-20", "tiny-imagenet", "tiny-imagenet-200"},
           {"wnids.txt"},
           "tiny-imagenet"},
          {"images", "pictures by class", {}, {"train"}}};
}

[[nodiscard]] inline dataset_layout layout_of(std::string const& name) {
  std::string known;
  for (dataset_layout const& layout : dataset_layouts()) {
    if (name == layout.name) return layout;
    known += (known.empty() ? "" : ", ") + std::string(layout.name);
  }
  throw failure("No data set is named '" + name.substr(0, 100) + "'. Known are: " + known + ".");
}

/// $POLYFOLD_DATA_DIR and the folder that cmake/FetchData.cmake keeps downloads in, as far as they are known.
[[nodiscard]] inline std::vector<std::filesystem::path> default_data_folders() {
  auto const variable = [](char const* name) {
    char const* const value = std::getenv(name);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  std::vector<std::filesystem::path> folders;
  if (auto const own = variable("POLYFOLD_DATA_DIR"); !own.empty()) folders.push_back(own);
  if (auto const cache = variable("POLYFOLD_CACHE_DIR"); !cache.empty())
    folders.push_back(cache);
  else if (auto const shared_cache = variable("XDG_CACHE_HOME"); !shared_cache.empty())
    folders.push_back(shared_cache / "polyfold");
  else if (auto const home = variable("HOME"); !home.empty())
    folders.push_back(home / ".cache" / "polyfold");
  return folders;
}

[[nodiscard]] inline std::vector<std::string> class_names_of(std::string const& name) {
  if (name == "fashion-mnist")
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
  return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
}

}  // namespace detail

/// The folder with the files of data set `name`: `folder` itself or a subfolder of it with the set's own name, which
/// comes first, since Fashion-MNIST has MNIST's file names. Without `folder`, $POLYFOLD_DATA_DIR and then the download
/// cache are searched. Throws `failure` where there is no such data set, or none of its files.
[[nodiscard]] inline std::filesystem::path find_dataset(std::string const& name,
                                                        std::filesystem::path const& folder = {}) try {
  detail::dataset_layout const layout = detail::layout_of(name);
  auto const searched = folder.empty() ? detail::default_data_folders() : std::vector{folder};
  std::string places;
  for (std::filesystem::path const& place : searched) {
    std::vector<std::filesystem::path> candidates;
    for (std::string const& subfolder : layout.subfolders) candidates.push_back(place / subfolder);
    candidates.push_back(place);
    for (auto const& candidate : candidates)
      for (std::string const& mark : layout.marks)
        if (is_there(candidate / mark)) return candidate;
    places += (places.empty() ? "" : " and ") + place.string();
  }
  std::string subfolders;
  for (std::string const& subfolder : layout.subfolders) subfolders += " or in its subfolder " + subfolder;
  throw failure(places.empty() ? "no folder was named" : places, std::string("holds no ") + layout.title,
                layout.marks.front() + " in it" + subfolders,
                layout.subfolders.empty() ? "name the folder that holds train"
                                          : "name the right folder, set POLYFOLD_DATA_DIR to it, or fetch the data: "
                                            "cmake -DDATASET=" +
                                                (layout.part_of ? layout.part_of : name) + " -P cmake/FetchData.cmake");
} catch (...) {
  detail::fail_to_read(folder);
}

/// Loads both parts of mnist, fashion-mnist, cifar-10, cifar-100 (fine labels), tiny-imagenet (its validation pictures as
/// the test part), tiny-imagenet-20 (its first 20 classes), or `images`: folders train and test (or val) of pictures by
/// class, all of one size. The folder is found as find_dataset does. Throws `failure` where files are missing, cut off,
/// wrong, or claim more than `limits` allow.
[[nodiscard]] inline dataset_splits load_dataset(std::string const& name, std::filesystem::path const& folder = {},
                                                 read_limits const& limits = {}) try {
  std::filesystem::path const place = find_dataset(name, folder);
  dataset_splits data{name, {}, {}, {}};
  if (name == "images") {
    data.training = read_image_folder(place / "train", {.limits = limits});
    shape const wanted{data.training.channels, data.training.height, data.training.width};
    std::filesystem::path const test = is_there(place / "test") ? place / "test" : place / "val";
    if (!is_there(test)) throw failure(place, "holds no test pictures", "a folder test, or val, beside train");
    data.test = read_image_folder(test, {wanted, fitting::as_is, data.training.class_names, limits});
  } else {
    auto const read = [&](split part) {
      if (name == "cifar-10") return read_cifar10(place, part);
      if (name == "cifar-100") return read_cifar100(place, part);
      if (name == "tiny-imagenet") return read_tiny_imagenet(place, part, 65536, limits);
      if (name == "tiny-imagenet-20") return read_tiny_imagenet(place, part, 20, limits);
      image_set set = read_mnist(place, part, limits);
      set.class_names = detail::class_names_of(name);
      return set;
    };
    data.training = read(split::train);
    data.test = read(split::test);
  }
  data.normalise = measure_normalisation(data.training);
  return data;
} catch (...) {
  detail::fail_to_read(folder);
}

}  // namespace polyfold
