// Images on their way into a network, and the accuracy of what comes out.

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/train/dataset.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/parameters.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

/// Two images of 2 channels x 2 x 3 that count up from 1.
image_set counting() {
  image_set images{2, 2, 3, {}, {4, 5}};
  for (int i = 1; i <= 24; ++i) images.pixels.push_back(static_cast<std::uint8_t>(i));
  return images;
}

/// Image i with normalisation (byte / 255 - 0.5) / 0.25 undone.
std::vector<int> bytes_of(dataset const& data, std::size_t i, training::placement const& p) {
  std::vector<float> values(std::size_t(data.image_shape().size()), -99.0f);
  data.load(i, values.data(), 0, p);
  std::vector<int> bytes;
  for (float const v : values) bytes.push_back(int(std::lround((v * 0.25f + 0.5f) * 255)));
  return bytes;
}

}  // namespace

TEST_CASE("pixels are normalised") {
  image_set const images = counting();
  std::vector<float> values(12);
  dataset(images).load(1, values.data());
  CHECK(values[0] == Approx(13.0f / 255));
  CHECK(values[11] == Approx(24.0f / 255));
  dataset(images, {0.5f, 0.25f}).load(0, values.data());
  CHECK(values[0] == Approx((1.0f / 255 - 0.5f) / 0.25f));
}

TEST_CASE("images are moved down and right; what moves in is black") {
  image_set const images = counting();
  dataset const data(images, {0.5f, 0.25f});
  using bytes = std::vector<int>;
  CHECK(bytes_of(data, 0, {}) == bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(bytes_of(data, 0, {1, 0}) == bytes{0, 0, 0, 1, 2, 3, 0, 0, 0, 7, 8, 9});
  CHECK(bytes_of(data, 0, {0, 1}) == bytes{0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11});
  CHECK(bytes_of(data, 1, {-1, -2}) == bytes{18, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0});
  CHECK(bytes_of(data, 1, {2, 0}) == bytes(12, 0));
  CHECK(bytes_of(data, 1, {0, -3}) == bytes(12, 0));
  CHECK(bytes_of(data, 1, {5, 7}) == bytes(12, 0));
}

TEST_CASE("images are mirrored before they are moved") {
  image_set const images = counting();
  dataset const data(images, {0.5f, 0.25f});
  using bytes = std::vector<int>;
  CHECK(bytes_of(data, 0, {0, 0, true}) == bytes{3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10});
  CHECK(bytes_of(data, 0, {0, 1, true}) == bytes{0, 3, 2, 0, 6, 5, 0, 9, 8, 0, 12, 11});
  CHECK(bytes_of(data, 0, {1, -2, true}) == bytes{0, 0, 0, 1, 0, 0, 0, 0, 0, 7, 0, 0});
}

TEST_CASE("every channel has a normalisation of its own") {
  image_set const images = counting();
  std::vector<float> values(12);
  dataset(images, {std::vector<float>{0.5f, 0.25f}, std::vector<float>{2, 0.5f}}, 1).load(0, values.data());
  CHECK(values[0] == (13.0f / 255 - 0.5f) / 2);
  CHECK(values[5] == (18.0f / 255 - 0.5f) / 2);
  CHECK(values[6] == (19.0f / 255 - 0.25f) / 0.5f);
  // What moves in is black, which each channel normalises in its own way.
  dataset(images, {std::vector<float>{0.5f, 0.25f}, std::vector<float>{2, 0.5f}}).load(1, values.data(), 0, {9, 0});
  CHECK(values[5] == -0.25f);
  CHECK(values[6] == -0.5f);
}

TEST_CASE("augmentation is drawn evenly, and the same from the same state") {
  std::mt19937_64 random(3);
  std::mt19937_64 again(3);
  std::map<std::pair<int, int>, int> places;
  int mirrored = 0;
  for (int i = 0; i < 25000; ++i) {
    training::placement const p = training::draw({2, true}, random);
    ++places[{p.down, p.right}];
    mirrored += p.mirrored ? 1 : 0;
    training::placement const q = training::draw({2, true}, again);
    REQUIRE((p.down == q.down && p.right == q.right && p.mirrored == q.mirrored));
  }
  CHECK(places.size() == 25);
  for (auto const& [place, count] : places) {
    CHECK(std::abs(place.first) <= 2);
    CHECK(std::abs(place.second) <= 2);
    CHECK(std::abs(count - 1000) < 160);  // five deviations
  }
  CHECK(std::abs(mirrored - 12500) < 400);
  training::placement const still = training::draw({}, random);
  CHECK((still.down == 0 && still.right == 0 && !still.mirrored));
}

namespace {

/// How much darker or lighter than expected the worst pixel of image 0 is, placed as `p` says; `expected` in bytes.
double worst_error(dataset const& data, training::placement const& p, std::vector<double> const& expected) {
  std::vector<float> values(expected.size(), -99.0f);
  data.load(0, values.data(), 0, p);
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs((double(values[i]) * 0.25 + 0.5) * 255 - expected[i]));
  return worst;
}

training::placement with(training::affine_source from) {
  from.used = true;
  return {.affine = from};
}

}  // namespace

TEST_CASE("images are turned, scaled, sheared and moved between pixels; what moves in is black") {
  image_set const square{1, 3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {0}};
  dataset const data(square, {0.5f, 0.25f});
  using numbers = std::vector<double>;
  CHECK(worst_error(data, with({}), {1, 2, 3, 4, 5, 6, 7, 8, 9}) < 1e-4);
  // Column by column from below: a quarter turn, clockwise.
  training::placement const turned =
      with({.down_of_down = 0, .down_of_right = -1, .right_of_down = 1, .right_of_right = 0});
  CHECK(worst_error(data, turned, {7, 4, 1, 8, 5, 2, 9, 6, 3}) < 1e-4);
  CHECK(worst_error(data, with({.down = 1}), {4, 5, 6, 7, 8, 9, 0, 0, 0}) < 1e-4);
  CHECK(worst_error(data, with({.right = -0.5f}), {0.5, 1.5, 2.5, 2, 4.5, 5.5, 3.5, 7.5, 8.5}) < 1e-4);
  CHECK(worst_error(data, with({.down = 0.25f, .right = 0.5f}),
                    {2.25, 3.25, 1.875, 5.25, 6.25, 3.375, 5.625, 6.375, 3.375}) < 1e-4);
  CHECK(worst_error(data, with({.down_of_down = 2}), {0, 0, 0, 4, 5, 6, 0, 0, 0}) < 1e-4);
  CHECK(worst_error(data, with({.right_of_down = 1}), {0, 1, 2, 4, 5, 6, 8, 9, 0}) < 1e-4);
  for (float const far : {1e9f, -1e9f})
    CHECK(worst_error(data, with({.down = far, .right = far}), numbers(9, 0)) < 1e-4);

  // Mirrored before, and moved by whole pixels after.
  training::placement both = turned;
  both.mirrored = true;
  CHECK(worst_error(data, both, {9, 6, 3, 8, 5, 2, 7, 4, 1}) < 1e-4);
  both.down = 1;
  CHECK(worst_error(data, both, {0, 0, 0, 9, 6, 3, 8, 5, 2}) < 1e-4);

  // Each channel by itself, and the middle of an image that is no square.
  image_set const images = counting();
  training::placement const upside_down = with({.down_of_down = -1, .right_of_right = -1});
  CHECK(worst_error(dataset(images, {0.5f, 0.25f}), upside_down, {6, 5, 4, 3, 2, 1, 12, 11, 10, 9, 8, 7}) < 1e-4);
}

TEST_CASE("a square that is cut out is 0 after normalisation, as far as it lies on the image") {
  image_set const square{1, 3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {0}};
  dataset const data(square, {0.5f, 0.25f});
  double const zero = 127.5;
  auto const cut = [](int side, std::uint64_t at) { return training::placement{.cutout = side, .cutout_at = at}; };
  CHECK(worst_error(data, cut(1, 4), {1, 2, 3, 4, zero, 6, 7, 8, 9}) < 1e-4);
  CHECK(worst_error(data, cut(1, 9 + 2), {1, 2, zero, 4, 5, 6, 7, 8, 9}) < 1e-4);
  CHECK(worst_error(data, cut(2, 8), {1, 2, 3, 4, zero, zero, 7, zero, zero}) < 1e-4);
  CHECK(worst_error(data, cut(3, 0), {zero, zero, 3, zero, zero, 6, 7, 8, 9}) < 1e-4);
  CHECK(worst_error(data, cut(9, 0), std::vector<double>(9, zero)) < 1e-4);
}

TEST_CASE("affine changes and cutouts are drawn evenly, and leave other draws as they are") {
  affine_changes const most{.rotation = 30, .scale = 0.25f, .shear = 0.2f, .shift = 2};
  std::mt19937_64 random(5);
  constexpr int draws = 20000;
  double sums[4] = {};
  double squares[4] = {};
  for (int i = 0; i < draws; ++i) {
    training::affine_source const from = training::draw({.affine = most}, random).affine;
    REQUIRE(from.used);
    // The way there, from the way back.
    double const determinant = double(from.down_of_down) * double(from.right_of_right) -
                               double(from.down_of_right) * double(from.right_of_down);
    double const down_of_down = double(from.right_of_right) / determinant;
    double const down_of_right = -double(from.down_of_right) / determinant;
    double const right_of_right = double(from.down_of_down) / determinant;
    double const down = -(down_of_down * double(from.down) + down_of_right * double(from.right));
    double const values[] = {std::atan2(down_of_right, right_of_right) * 57.29578,
                             std::hypot(down_of_right, right_of_right) - 1,
                             1 / determinant / std::hypot(down_of_right, right_of_right) - 1, down};
    double const limits[] = {30, 0.25, 0.25, 2};
    for (int k = 0; k < 4; ++k) {
      REQUIRE(std::abs(values[k]) <= limits[k] * 1.0001);
      sums[k] += values[k] / limits[k];
      squares[k] += values[k] * values[k] / (limits[k] * limits[k]);
    }
  }
  for (int k = 0; k < 4; ++k) {
    INFO("of rotation, width, height, shift: " << k);
    CHECK(std::abs(sums[k] / draws) < 0.02);
    CHECK(squares[k] / draws == Approx(1.0 / 3).epsilon(0.03));
  }

  std::map<std::uint64_t, int> middles;
  for (int i = 0; i < 9000; ++i) ++middles[training::draw({.cutout = 2}, random).cutout_at % 9];
  for (auto const& [middle, count] : middles) CHECK(std::abs(count - 1000) < 160);

  std::mt19937_64 one(7);
  std::mt19937_64 other(7);
  training::placement const plain = training::draw({2, true}, one);
  training::placement const changed = training::draw({2, true, most, 5}, other);
  CHECK((plain.down == changed.down && plain.right == changed.right && plain.mirrored == changed.mirrored));
  CHECK(!plain.affine.used);
  CHECK(plain.cutout == 0);
  CHECK(changed.cutout == 5);
}

TEST_CASE("a view can be a list of images") {
  image_set const images = test::bars(50, 1);
  dataset data(images, {}, std::vector<std::size_t>{40, 3, 17});
  CHECK(data.size() == 3);
  CHECK(data.index(0) == 40);
  CHECK(data.label(2) == images.labels[17]);
  data.shuffle(1);
  CHECK(std::set<std::size_t>{data.index(0), data.index(1), data.index(2)} == std::set<std::size_t>{3, 17, 40});
  CHECK_THROWS_WITH(dataset(images, {}, std::vector<std::size_t>{}), contains("no images"));
  CHECK_THROWS_WITH(dataset(images, {}, std::vector<std::size_t>{1, 50}), contains("50 images names image 50"));
}

TEST_CASE("a normalisation that does not fit the images is refused") {
  image_set const images = counting();
  auto const made = [&](std::vector<float> const& mean, std::vector<float> const& deviation) {
    return test::message_of([&] { dataset(images, {mean, deviation}); });
  };
  CHECK(made({0.1f, 0.2f}, {1, 1}).empty());
  CHECK(made({0.1f}, {1}).empty());
  CHECK(test::mentions(made({0, 0, 0}, {1, 1, 1}), {"3 means", "3 deviations", "2, one for each channel"}));
  CHECK(test::mentions(made({0, 0}, {1}), {"2 means and 1 deviations"}));
  CHECK(test::mentions(made({}, {}), {"0 means"}));
  CHECK(test::mentions(made({0, 0}, {1, 0}), {"channel 1"}));
  CHECK(test::mentions(made({0, 0}, {-1, 1}), {"channel 0"}));
  CHECK(test::mentions(made({std::nanf(""), 0}, {1, 1}), {"channel 0"}));
}

TEST_CASE("an image fills its own lane only") {
  image_set const images = counting();
  dataset const data(images);
  using scalar = lanes<float, 16>;
  std::vector<scalar> values(12, scalar(-1.0f));
  data.load(1, values.data(), 5);
  for (int i = 0; i < 12; ++i)
    for (int lane = 0; lane < 16; ++lane)
      CHECK(values[std::size_t(i)][lane] == (lane == 5 ? Approx(float(13 + i) / 255) : Approx(-1.0f)));
}

TEST_CASE("a view of some of the images keeps their numbers and labels") {
  image_set const images = test::bars(50, 1);
  dataset const part(images, {}, 30);
  CHECK(part.size() == 20);
  CHECK(part.image_shape() == shape{1, 8, 8});
  CHECK(&part.images() == &images);
  for (std::size_t i = 0; i < part.size(); ++i) {
    CHECK(part.index(i) == 30 + i);
    CHECK(part.label(i) == images.labels[30 + i]);
  }
  CHECK(dataset(images, {}, 10, 20).size() == 10);
  CHECK(dataset(images, {}, 10, 5000).size() == 40);
}

TEST_CASE("shuffling is a permutation, and the same for the same seed") {
  image_set const images = test::bars(101, 2);
  auto const order = [](dataset const& data) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < data.size(); ++i) numbers.push_back(data.index(i));
    return numbers;
  };
  dataset data(images, {}, 1);
  auto const given = order(data);
  data.shuffle(7);
  auto const shuffled = order(data);
  CHECK(shuffled != given);
  CHECK(std::set<std::size_t>(shuffled.begin(), shuffled.end()) == std::set<std::size_t>(given.begin(), given.end()));
  for (std::size_t i = 0; i < data.size(); ++i) CHECK(data.label(i) == images.labels[data.index(i)]);

  // Whatever order it was in before.
  data.shuffle(8);
  CHECK(order(data) != shuffled);
  data.shuffle(7);
  CHECK(order(data) == shuffled);
  dataset other(images, {}, 1);
  other.shuffle(7);
  CHECK(order(other) == shuffled);

  // Every image comes to every place about as often: 25 times in 2,500 runs, deviation 5.
  std::vector<int> first(101);
  for (std::uint64_t seed = 0; seed < 2500; ++seed) {
    data.shuffle(seed);
    ++first[data.index(0)];
  }
  CHECK(*std::max_element(first.begin() + 1, first.end()) < 50);
  CHECK(*std::min_element(first.begin() + 1, first.end()) > 5);
}

TEST_CASE("views of no images, and images without labels, are refused") {
  image_set images = test::bars(10, 3);
  CHECK_THROWS_WITH(dataset(images, {}, 10), contains("[10, 10)"));
  CHECK_THROWS_WITH(dataset(images, {}, 7, 7), contains("[7, 7)"));
  image_set const no_images;
  CHECK_THROWS_WITH(dataset(no_images), contains("none"));
  images.labels.pop_back();
  CHECK_THROWS_WITH(dataset(images), contains("10 images with 9 labels"));
}

TEST_CASE("evaluation gives the same classes one image at a time and sixteen side by side") {
  constexpr auto pipeline = input<1, 8, 8> | conv2d<3, 3>(along<axis::kernel, linear>) | relu | max_pool<2> | dense<4>;
  network<pipeline> net;
  initialise(net, 5);
  image_set const images = test::bars(75, 4);
  dataset const data(images);
  thread_pool team(2);
  evaluation const alone = evaluate(net, data, team);
  evaluation const abreast = evaluate<lanes<float, 16>>(net, data, team);
  CHECK(alone.predicted.size() == 75);
  CHECK(alone.predicted == abreast.predicted);
  CHECK(alone.correct == abreast.correct);

  int correct = 0;
  std::vector<float> image(64);
  network<pipeline>::workspace<float> workspace;
  for (std::size_t i = 0; i < data.size(); ++i) {
    data.load(i, image.data());
    auto const logits = net.run(image.data(), workspace.data());
    int const best = int(std::max_element(logits.begin(), logits.end()) - logits.begin());
    REQUIRE(alone.predicted[i] == best);
    correct += best == images.labels[i];
  }
  CHECK(alone.correct == correct);
  CHECK(alone.accuracy() == Approx(correct / 75.0));
  // Untrained, it does not give every image the same class: the comparison above means something.
  CHECK(std::set<int>(alone.predicted.begin(), alone.predicted.end()).size() > 1);
}

TEST_CASE("images of another shape are refused") {
  network<input<1, 8, 7> | dense<4>> net;
  image_set const images = test::bars(20, 6);
  thread_pool team(1);
  CHECK_THROWS_WITH(evaluate(net, dataset(images), team), contains("shape"));
  CHECK(evaluation{}.accuracy() == 0);
}
