// Training on the maps and weights of an integer network: maps take only values that codes stand for, gradients are those of
// the definition, and what is trained is what integers compute.

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <polyfold/fit/quantise_int8.hpp>
#include <polyfold/fit/rounded_maps.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

// Maps behind a relu, behind an addition, without an activation, averaged, and with their maximum before the relu.
constexpr auto layers = input<1, 8, 8> | conv2d<4, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2> |
                        residual(conv2d<4, 3>(padding<1>)) | conv2d<4, 3>(padding<1>) | conv2d<4, 3>(padding<1>) |
                        max_pool<2> | leaky_relu<1, 8> | global_average_pool | dense<4>;
using net_type = network<layers>;
using maps_type = rounded_maps<net_type>;
using sixteen = lanes<float, 16>;
normalisation const pixels(0.3f, 0.4f);

net_type initialised() {
  net_type net;
  initialise(net, 3);
  return net;
}

training_options options(int epochs, int rounded) {
  training_options o;
  o.epochs = epochs;
  o.rounded_epochs = rounded;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 5e-3f;
  return o;
}

std::vector<float> numbers_of(net_type const& net) { return {net.parameters.begin(), net.parameters.end()}; }

/// Numbers after training with rounded maps and weights.
std::vector<float> trained(training_options const& o, int threads) {
  image_set const images = test::bars(100, 1);
  dataset data(images, pixels);
  net_type net = initialised();
  auto const seen = calibrate(net, data, 50);
  thread_pool team(threads);
  trainer<net_type, maps_type> t(net, o, team);
  t.maps.emplace(seen, pixels);
  int8_rounding<net_type> rounding(seen, pixels);
  t.rounding = std::ref(rounding);
  t.run(data);
  return numbers_of(net);
}

/// Of the squared error of integers against floats, how much is left against floats with rounded weights and maps.
template <auto Pipeline>
double unexplained() {
  using float_network = network<Pipeline>;
  using integer_network = network<Pipeline, in_int8>;
  image_set const images = test::bars(64, 1);
  dataset const data(images, pixels);
  float_network net;
  initialise(net, 3);
  float_network const exact = net;
  auto const seen = calibrate(net, data);
  rounded_maps<float_network> const maps(seen, pixels);
  int8_rounding<float_network> rounding(seen, pixels);
  rounding(net);
  integer_network integers;
  rounding.store(integers);
  training::tape<float_network, sixteen, rounded_maps<float_network>> passes;
  typename integer_network::template workspace<> workspace;
  std::vector<sixteen> input(64);
  std::vector<sixteen> floats(4);
  double off = 0;
  double off_in_floats = 0;
  for (std::size_t first = 0; first < data.size(); first += 16) {
    for (std::size_t lane = 0; lane < 16; ++lane) data.load(first + lane, input.data(), int(lane));
    passes.round_by(nullptr);
    std::copy_n(passes.forward(exact, input.data(), 1), 4, floats.begin());
    maps.round_image(input.data());
    passes.round_by(&maps);
    sixteen const* const rounded = passes.forward(net, input.data(), 1);
    for (int lane = 0; lane < 16; ++lane) {
      auto const codes = integers.run(images.image(first + std::size_t(lane)).data(), &workspace);
      for (int k = 0; k < 4; ++k) {
        double const found = double(codes[k]) * double(integers.logit_scale[0]);
        off += std::pow(found - double(rounded[k][lane]), 2);
        off_in_floats += std::pow(found - double(floats[std::size_t(k)][lane]), 2);
      }
    }
  }
  return off / off_in_floats;
}

/// A single convolution between maps of codes, so that every gradient is known.
constexpr auto two = input<1, 1, 4> | conv2d<1, 1>(no_bias) | conv2d<1, 1>(no_bias) | relu | dense<2>(no_bias);
using two_layers = network<two>;

}  // namespace

TEST_CASE("maps take only the values that codes stand for") {
  image_set const images = test::bars(16, 1);
  dataset const data(images, pixels);
  net_type const net = initialised();
  auto const seen = calibrate(net, data);
  maps_type const maps(seen, pixels);
  std::vector<sixteen> values(1000);
  int rounded = 0;
  core::for_constexpr<net_type::program_type::steps + 1>([&]<int V>() {
    if constexpr (maps_type::rounds<V>) {
      ++rounded;
      constexpr int size = net_type::program_type::template value_shape<V>().size();
      float const unit = maps.scale<V>();
      for (int i = 0; i < size; ++i)
        for (int lane = 0; lane < 16; ++lane)
          values[std::size_t(i)].set(lane, (float(i * 16 + lane) - 0.4f * float(size * 16)) * unit * 0.7f);
      auto const before = values;
      maps.round<V>(values.data());
      for (int i = 0; i < size; ++i)
        for (int lane = 0; lane < 16; ++lane) {
          float const code = values[std::size_t(i)][lane] / unit;
          float const unrounded = before[std::size_t(i)][lane] / unit;
          REQUIRE(std::abs(code - std::round(code)) < 1e-4f);
          REQUIRE(code < 255.5f);
          REQUIRE(code > -128.5f);
          if (unrounded > 0 && unrounded < 127) REQUIRE(std::abs(code - unrounded) < 0.501f);
        }
      // Rounded again they stay.
      auto const once = values;
      maps.round<V>(values.data());
      for (int i = 0; i < size; ++i) REQUIRE(values[std::size_t(i)][3] == once[std::size_t(i)][3]);
    }
  });
  // The two activations, the sum, the product between, and the average.
  CHECK(rounded == 5);
}

TEST_CASE("what is dropped out in training is rounded before") {
  constexpr auto dropped = input<1, 4, 4> | conv2d<2, 3>(padding<1>) | dropout<1, 2> | max_pool<2> | dense<2>;
  using maps_of_dropped = rounded_maps<network<dropped>>;
  STATIC_REQUIRE(maps_of_dropped::rounds<1>);
  STATIC_REQUIRE_FALSE(maps_of_dropped::rounds<2>);
  STATIC_REQUIRE_FALSE(maps_of_dropped::rounds<3>);
  STATIC_REQUIRE_FALSE(maps_of_dropped::rounds<4>);
}

TEST_CASE("a forward pass on rounded maps computes what integers do") {
  CHECK(unexplained<input<1, 8, 8> | conv2d<4, 3>(padding<1>, along<axis::kernel, linear>) | relu | max_pool<2> |
                    dense<4>>() < 0.25);
  CHECK(unexplained<input<1, 8, 8> | conv2d<4, 3>(padding<1>) | max_pool<2> | leaky_relu<1, 8> | global_average_pool |
                    dense<4>>() < 0.25);
  CHECK(unexplained<input<1, 8, 8> | conv2d<4, 3>(padding<1>) | conv2d<4, 3>(padding<1>) | dense<4>>() < 0.25);
  // The operands of an addition are rounded to four bits more than its sum.
  CHECK(
      unexplained<input<1, 8, 8> | conv2d<4, 3>(padding<1>) | relu | residual(conv2d<4, 3>(padding<1>)) | dense<4>>() <
      0.4);
}

TEST_CASE("what has been rounded is stored, and nothing else") {
  image_set const images = test::bars(16, 1);
  net_type net = initialised();
  dataset const data(images, pixels);
  auto const seen = calibrate(net, data);
  int8_rounding<net_type> rounding(seen, pixels);
  network<layers, in_int8> integers;
  CHECK_THROWS_AS(rounding.store(integers), failure);
  rounding(net);
  rounding.store(integers);
  CHECK(sums_fit(integers));
  // The numbers are those that codes stand for: the ratios of two weights of a filter are those of their codes.
  constexpr int first = net_type::first_parameter(net_type::layers - 1);
  constexpr std::size_t codes = integers.codes.size() - 4 * 4;
  using integer_type = decltype(integers)::integers;
  constexpr auto const& place = integer_type::inputs<integer_type::groups - 1>::place;
  for (std::size_t k = 1; k < 4; ++k)
    CHECK(double(net.parameters[first + k]) * double(integers.codes[codes + std::size_t(place[0])]) ==
          Approx(double(net.parameters[first]) * double(integers.codes[codes + std::size_t(place[int(k)])]))
              .margin(1e-6));
}

TEST_CASE("gradients pass a rounding, and stop where a map is clipped") {
  two_layers net;
  net.parameters = {1.0f, 1.0f, 1, 0.5f, -0.25f, 2, -1, 0.125f, 3, 0.75f};
  image_set images{1, 1, 4, {0, 100, 200, 255}, {0}};
  dataset const data(images);
  calibration<two_layers> const seen = calibrate(net, data);
  using maps_of_two = rounded_maps<two_layers>;
  maps_of_two const maps(seen, {});
  training::tape<two_layers, sixteen, maps_of_two> passes;
  passes.round_by(&maps);
  // Four images of one value each: far below all codes, below zero, within, and far above.
  float const inputs[4] = {-5, -0.3f, 0.4f, 5};
  std::vector<sixteen> input(4);
  for (int i = 0; i < 4; ++i) input[std::size_t(i)] = sixteen(inputs[i]);
  passes.forward(net, input.data(), 1);
  sixteen* const seed = passes.output_gradient();
  seed[0] = sixteen(1.0f);
  std::vector<float> gradient(net.parameters.size());
  std::vector<sixteen> of_image(4);
  for (sixteen& s : of_image) s = sixteen(0.0f);
  passes.backward(net, gradient.data(), of_image.data());
  // d logit / d input is the dense weight where the second map lies between its codes' ends, and nothing elsewhere.
  CHECK(of_image[0][0] == 0);
  CHECK(of_image[1][0] == 0);
  CHECK(of_image[2][0] == net.parameters[4]);
  CHECK(of_image[3][0] == 0);
  // Without rounding only the relu stops them.
  passes.round_by(nullptr);
  passes.forward(net, input.data(), 1);
  passes.output_gradient()[0] = sixteen(1.0f);
  for (sixteen& s : of_image) s = sixteen(0.0f);
  passes.backward(net, gradient.data(), of_image.data());
  CHECK(of_image[2][0] == net.parameters[4]);
  CHECK(of_image[3][0] == net.parameters[5]);
}

TEST_CASE("a tape that rounds nothing is the one that it was") {
  STATIC_REQUIRE(sizeof(training::tape<two_layers, sixteen>) <=
                 sizeof(training::tape<two_layers, sixteen, rounded_maps<two_layers>>));
  // A trainer whose maps are rounded in its last epochs only does the same before.
  image_set const images = test::bars(100, 1);
  dataset data(images, pixels);
  thread_pool team(2);
  net_type plain = initialised();
  trainer<net_type>(plain, options(2, 0), team).run(data);
  net_type other = initialised();
  auto const seen = calibrate(other, data, 50);
  trainer<net_type, maps_type> t(other, options(2, 0), team);
  t.maps.emplace(seen, pixels);
  t.run(data);
  CHECK(numbers_of(other) == numbers_of(plain));
}

TEST_CASE("rounded training is the same to the last bit for any number of threads, and goes on where it stopped") {
  auto const alone = trained(options(3, 2), 1);
  CHECK(trained(options(3, 2), 3) == alone);
  CHECK(alone != trained(options(3, 0), 1));

  image_set const images = test::bars(100, 1);
  dataset data(images, pixels);
  net_type net = initialised();
  auto const seen = calibrate(net, data, 50);
  int8_rounding<net_type> rounding(seen, pixels);
  test::temporary_folder const folder;
  auto const file = folder.path() / "a.checkpoint";
  thread_pool team(2);
  {
    trainer<net_type, maps_type> t(net, options(3, 2), team);
    t.maps.emplace(seen, pixels);
    t.rounding = std::ref(rounding);
    t.after_epoch = [&](int done) {
      if (done < 2) return;
      save_checkpoint(file, t.state(), "run");
      throw std::runtime_error("killed");
    };
    CHECK_THROWS_AS(t.run(data), std::runtime_error);
  }
  net_type again = initialised();
  trainer<net_type, maps_type> t(again, options(3, 2), team);
  t.maps.emplace(seen, pixels);
  t.rounding = std::ref(rounding);
  t.restore(*load_checkpoint(file, "run", again.parameters.size()));
  t.run(data);
  CHECK(numbers_of(again) == alone);
}

TEST_CASE("training on rounded maps wins back what rounding costs") {
  // Scales that are much too large leave maps few codes.
  image_set const images = test::bars(600, 1);
  image_set const unseen = test::bars(400, 2);
  dataset data(images, pixels);
  dataset const held_out(unseen, pixels);
  thread_pool team(2);
  net_type net = initialised();
  trainer<net_type>(net, options(30, 0), team).run(data);
  image_set bright = images;
  auto seen = calibrate(net, data);
  {
    // Maps as they would be of images ten times as bright.
    std::vector<float> image(64);
    data.load(0, image.data());
    for (float& x : image) x *= 16;
    seen.widen(net, image.data());
    calibration<net_type> wide;
    wide.ranges = percentile(100);
    wide.widen(net, image.data());
    wide.add(net, image.data());
    seen = wide;
  }
  auto const loss_of = [&](network<layers, in_int8> const& integers) {
    auto const workspace = std::make_unique<network<layers, in_int8>::workspace<>>();
    double sum = 0;
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      auto const codes = integers.run(unseen.image(i).data(), workspace.get());
      double total = 0;
      for (int k = 0; k < 4; ++k)
        total += std::exp(double(codes[k] - codes[held_out.label(i)]) * double(integers.logit_scale[0]));
      sum += std::log(total);
    }
    return sum / double(held_out.size());
  };
  network<layers, in_int8> before;
  quantise(net, seen, pixels, before);
  trainer<net_type, maps_type> t(net, options(8, 8), team);
  t.maps.emplace(seen, pixels);
  int8_rounding<net_type> rounding(seen, pixels);
  t.rounding = std::ref(rounding);
  t.run(data);
  network<layers, in_int8> after;
  rounding.store(after);
  INFO("loss " << loss_of(before) << ", trained " << loss_of(after));
  CHECK(loss_of(after) < 0.5 * loss_of(before));
}
