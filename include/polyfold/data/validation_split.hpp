// Holds images back from training, to choose settings on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/data/image_set.hpp>
#include <polyfold/failure.hpp>

namespace polyfold {

/// Numbers of images, both ascending, none in both.
struct validation_split {
  std::vector<std::size_t> training;
  std::vector<std::size_t> validation;
};

namespace detail {
/// A random order, the same with every standard library (std::shuffle is not): Fisher and Yates.
inline void shuffle(std::vector<std::size_t>& numbers, std::mt19937_64& random) {
  for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[random() % i]);
}

inline void check_split(image_set const& images, std::size_t count) {
  if (count == 0 || count >= images.size())
    throw failure("validation split: " + std::to_string(count) + " of " + std::to_string(images.size()) +
                  " images can't be held back; expected 1 at least, and 1 left to train on");
}

/// The numbers below `size` that are in `validation`, and those that are not.
[[nodiscard]] inline validation_split split_by(std::vector<std::size_t> validation, std::size_t size) {
  validation_split result{{}, std::move(validation)};
  std::sort(result.validation.begin(), result.validation.end());
  auto next = result.validation.begin();
  for (std::size_t i = 0; i < size; ++i)
    if (next != result.validation.end() && *next == i)
      ++next;
    else
      result.training.push_back(i);
  return result;
}
}  // namespace detail

/// Holds back `count` images drawn by `seed`, whatever their class. Throws `failure` unless 0 < count < images.size().
[[nodiscard]] inline validation_split split_at_random(image_set const& images, std::size_t count, std::uint64_t seed) {
  detail::check_split(images, count);
  std::vector<std::size_t> numbers(images.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t(0));
  std::mt19937_64 random(seed);
  detail::shuffle(numbers, random);
  numbers.resize(count);
  return detail::split_by(std::move(numbers), images.size());
}

/// Holds back `count` images drawn by `seed`, from every class the same share as it has of all images: the share rounded
/// down, and one image more from the classes that lost most by rounding. Throws `failure` unless 0 < count < images.size()
/// and every image has a label.
[[nodiscard]] inline validation_split split_by_class(image_set const& images, std::size_t count, std::uint64_t seed) {
  detail::check_split(images, count);
  if (images.labels.size() != images.size())
    throw failure("validation split: " + std::to_string(images.size()) + " images with " +
                  std::to_string(images.labels.size()) + " labels; expected one label for each");
  std::vector<std::vector<std::size_t>> classes;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images.labels[i] >= classes.size()) classes.resize(std::size_t(images.labels[i]) + 1);
    classes[images.labels[i]].push_back(i);
  }
  std::vector<std::size_t> shares;
  std::vector<std::size_t> by_remainder(classes.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t(0));
  std::size_t left = count;
  for (auto const& members : classes) {
    shares.push_back(members.size() * count / images.size());
    left -= shares.back();
  }
  std::stable_sort(by_remainder.begin(), by_remainder.end(), [&](std::size_t a, std::size_t b) {
    return classes[a].size() * count % images.size() > classes[b].size() * count % images.size();
  });
  for (std::size_t i = 0; i < left; ++i) ++shares[by_remainder[i]];

  std::mt19937_64 random(seed);
  std::vector<std::size_t> validation;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    detail::shuffle(classes[c], random);
    validation.insert(validation.end(), classes[c].begin(), classes[c].begin() + std::ptrdiff_t(shares[c]));
  }
  return detail::split_by(std::move(validation), images.size());
}

}  // namespace polyfold
