// Ranges of maps: by percentiles or by the least squared error, and the choice between them.

#include <memory>
#include <vector>

#include <polyfold/fit/choose_ranges.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"

using namespace polyfold;

namespace {

constexpr auto layers = input<1, 8, 8> | conv2d<4, 3>(padding<1>) | relu | max_pool<2> | dense<4>;
using net_type = network<layers>;

}  // namespace

TEST_CASE("a percentile clips that share of the magnitudes") {
  net_type net;
  initialise(net, 3);
  image_set const images = test::bars(50, 1);
  dataset const data(images);
  auto seen = calibrate(net, data);
  constexpr int rectified = 2;  // the value behind the relu
  float const top = seen.largest(rectified);
  seen.ranges = percentile(100);
  CHECK(seen.range(rectified, 255) == Approx(top).epsilon(0.001));
  seen.ranges = percentile(99);
  float const most = seen.range(rectified, 255);
  CHECK(most < top);
  seen.ranges = percentile(90);
  CHECK(seen.range(rectified, 255) < most);
  seen.ranges = least_squared_error;
  CHECK(seen.range(rectified, 255) <= top);
  // Few codes are worth more clipping.
  CHECK(seen.range(rectified, 7) < seen.range(rectified, 255));
}

TEST_CASE("of the rules the one is chosen whose network has the least loss") {
  net_type net;
  initialise(net, 3);
  image_set const images = test::bars(300, 1);
  image_set const unseen = test::bars(100, 2);
  dataset data(images);
  dataset const held_out(unseen);
  thread_pool team(1);
  trainer<net_type>(net, {.epochs = 4}, team).run(data);
  // An image that is far too bright spoils the largest magnitudes, and with them percentile(100).
  std::vector<float> bright(64, 30.0f);
  calibration<net_type> spoilt;
  spoilt.widen(net, bright.data());
  std::vector<float> image(64);
  for (std::size_t i = 0; i < 300; ++i) {
    data.load(i, image.data());
    spoilt.add(net, image.data());
  }
  spoilt.add(net, bright.data());
  range_rule const chosen = choose_ranges(net, spoilt, held_out, {});
  CHECK_FALSE(chosen == percentile(100));
  network<layers, in_int8> integers;
  auto const loss_by = [&](range_rule rule) {
    spoilt.ranges = rule;
    quantise(net, spoilt, {}, integers);
    return loss_of(integers, held_out);
  };
  double const best = loss_by(chosen);
  for (range_rule const rule : {least_squared_error, percentile(99.9), percentile(99.99), percentile(100)})
    CHECK(best <= loss_by(rule));
  CHECK(best < loss_by(percentile(100)));
}
