// Random images, and integer networks under another schedule.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include <polyfold/data/image_set.hpp>
#include <polyfold/integers.hpp>

#include "support/random.hpp"

namespace test {

using namespace polyfold;

/// Images at random, some of them with large even areas as pictures have.
inline image_set random_images(shape s, int count) {
  random_numbers random(5);
  image_set images{s.channels, s.height, s.width, {}, {}};
  for (int n = 0; n < count; ++n) {
    int const base = random.below(256);
    int const contrast = random.below(128);
    for (int i = 0; i < s.size(); ++i)
      images.pixels.push_back(
          static_cast<std::uint8_t>(std::clamp(base + random.below(2 * contrast + 1) - contrast, 0, 255)));
    images.labels.push_back(0);
  }
  return images;
}

template <auto Pipeline, auto Schedule, int8_numbers Numbers>
auto as_scheduled(network<Pipeline, Numbers> const& net) {
  using scheduled = network<Pipeline, Numbers, Schedule>;
  auto other = std::make_unique<scheduled>();
  static_cast<storage::stored_parameters<typename scheduled::structure, Numbers>&>(*other) = net;
  return other;
}

}  // namespace test
