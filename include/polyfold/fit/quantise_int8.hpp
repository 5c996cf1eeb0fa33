// From float32 numbers to integers (numbers/int8.hpp), with scales of maps from a calibration.
//
//   auto seen = calibrate(net, source, 1000);               // training images
//   auto integers = std::make_unique<network<digits, in_int8>>();
//   quantise(net, seen, data.normalise, *integers);
//
// Weights are rounded one after the other, and what each rounding does to the sums of the calibration's images is taken back by
// those that are still to be rounded (Frantar et al. 2022, arXiv 2210.17323): moments go together, so that much of it can be.
#pragma once

#include <vector>

#include <polyfold/data/normalisation.hpp>
#include <polyfold/fit/int8_quantiser.hpp>
#include <polyfold/integers.hpp>
#include <polyfold/train/dataset.hpp>

namespace polyfold {

/// What the first `count` images of a dataset, or all, show of a network's maps.
template <class Network>
[[nodiscard]] calibration<Network> calibrate(Network const& net, dataset const& source, std::size_t count = 1000) {
  calibration<Network> seen;
  std::vector<float> image(std::size_t(Network::input_shape.size()));
  for (bool const counts : {false, true})
    for (std::size_t i = 0; i < core::smaller(count, source.size()); ++i) {
      source.load(i, image.data());
      counts ? seen.add(net, image.data()) : seen.widen(net, image.data());
    }
  return seen;
}

/// Sets `target` to `net` in integers, for images whose pixels the network was trained on as `pixels` normalises them. Throws
/// `failure` where the normalisation is not for the network's images, or sums do not fit into 32 bits.
template <auto Pipeline, int8_numbers Numbers, auto Schedule>
void quantise(network<Pipeline> const& net, calibration<network<Pipeline>> const& seen, normalisation const& pixels,
              network<Pipeline, Numbers, Schedule>& target) {
  detail::map_scales<network<Pipeline>> const scales(seen, pixels);
  detail::int8_quantiser<network<Pipeline>, network<Pipeline, Numbers, Schedule>>(seen, scales)(net, target);
}

}  // namespace polyfold
