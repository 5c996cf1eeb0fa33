// Which rule for the ranges of maps makes the best integer network, found by running it on images that training has not seen.
//
//   auto seen = calibrate(*net, training, 1000);
//   seen.ranges = choose_ranges(*net, seen, validation, pixels);
//   quantise(*net, seen, pixels, *integers);
#pragma once

#include <cmath>
#include <memory>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/train/dataset.hpp>

namespace polyfold {

/// Mean cross-entropy of an integer network on the images of `data`, as they are stored.
template <auto Pipeline, auto Schedule>
[[nodiscard]] double loss_of(network<Pipeline, in_int8, Schedule> const& net, dataset const& data) {
  using integer_network = network<Pipeline, in_int8, Schedule>;
  if (!(data.image_shape() == integer_network::input_shape))
    throw failure("loss_of: the images do not have the shape that the network reads");
  auto const workspace = std::make_unique<typename integer_network::template workspace<>>();
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto const logits = net.run(data.images().image(data.index(i)).data(), workspace.get());
    int largest = logits[0];
    for (int k = 1; k < logits.size(); ++k) largest = core::larger(largest, int(logits[k]));
    double total = 0;
    for (int k = 0; k < logits.size(); ++k) total += std::exp((logits[k] - largest) * double(net.logit_scale[0]));
    sum += std::log(total) - (logits[data.label(i)] - largest) * double(net.logit_scale[0]);
  }
  return sum / double(data.size());
}

/// The rule with the least cross-entropy on `images`; of equal ones the first, which is the least squared error.
template <auto Pipeline>
[[nodiscard]] range_rule choose_ranges(network<Pipeline> const& net, calibration<network<Pipeline>> seen,
                                       dataset const& images, normalisation const& pixels) {
  auto const integers = std::make_unique<network<Pipeline, in_int8>>();
  range_rule best = least_squared_error;
  double least = -1;
  for (range_rule const rule :
       {least_squared_error, percentile(99.9), percentile(99.99), percentile(99.999), percentile(100)}) {
    seen.ranges = rule;
    quantise(net, seen, pixels, *integers);
    double const loss = loss_of(*integers, images);
    if (least >= 0 && loss >= least) continue;
    least = loss;
    best = rule;
  }
  return best;
}

}  // namespace polyfold
