// What single steps of training do: whose gradient is descended, projection, batch norm's statistics, distillation.

#include <cmath>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/recalibrate.hpp>
#include <polyfold/train/teacher.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

constexpr auto dense_layers = input<1, 8, 8> | conv2d<4, 3> | relu | max_pool<2> | dense<4>;
constexpr auto folded_layers = input<1, 8, 8> | conv2d<4, 3>(along<axis::kernel, linear>) | relu | max_pool<2> |
                               dense<4>(along<axis::channel, linear>);
constexpr auto normalised_layers = input<1, 8, 8> | batch_norm | dense<4>;
using dense_network = network<dense_layers>;
using folded_network = network<folded_layers>;
using normalised_network = network<normalised_layers>;

dense_network initialised(std::uint64_t seed) {
  dense_network net;
  initialise(net, seed);
  return net;
}

/// Enough for the tiny networks here to learn their few hundred images.
training_options options() {
  training_options o;
  o.epochs = 20;
  o.batch = 32;
  o.dense_rate = 1;
  return o;
}

template <class Network>
void train(Network& net, image_set const& images, training_options const& o) {
  thread_pool team(2);
  dataset data(images);
  trainer<Network>(net, o, team).run(data);
}

/// Mean gradient over the first `count` images, one at a time; softmax in double.
std::vector<double> mean_gradient(dense_network const& net, image_set const& images, std::size_t count) {
  training::tape<dense_network, float> passes;
  std::vector<double> mean(net.parameters.size());
  dataset const data(images);
  std::vector<float> image(64);
  for (std::size_t i = 0; i < count; ++i) {
    data.load(i, image.data());
    float const* const z = passes.forward(net, image.data(), 0);
    double p[4];
    double sum = 0;
    for (int k = 0; k < 4; ++k) sum += p[k] = std::exp(double(z[k]));
    float* const d = passes.output_gradient();
    for (int k = 0; k < 4; ++k) d[k] = float(p[k] / sum - (k == data.label(i) ? 1 : 0));
    std::vector<float> gradient(net.parameters.size());
    passes.backward(net, gradient.data());
    for (std::size_t n = 0; n < gradient.size(); ++n) mean[n] += double(gradient[n]) / double(count);
  }
  return mean;
}

struct statistics {
  double mean = 0;
  double variance = 0;
};
statistics of_pixels(image_set const& images, std::size_t count) {
  statistics s;
  double const n = double(count * images.image_bytes());
  for (std::size_t i = 0; i < count * images.image_bytes(); ++i) s.mean += double(images.pixels[i]) / 255 / n;
  for (std::size_t i = 0; i < count * images.image_bytes(); ++i)
    s.variance += std::pow(double(images.pixels[i]) / 255 - s.mean, 2) / n;
  return s;
}

}  // namespace

TEST_CASE("a step descends the mean gradient of exactly the images of its batch") {
  // One step of plain descent; halfway down the cosine its rate is a half.
  for (int const count : {1, 15, 16, 17, 37, 48}) {
    image_set const images = test::bars(count, 1);
    dense_network net = initialised(1);
    std::vector<double> const expected = mean_gradient(net, images, std::size_t(count));
    auto const before = net.parameters;
    training_options o;
    o.epochs = 1;
    o.batch = 48;
    o.dense_rate = 1;
    o.optimizer = {.by = method::sgd, .learning_rate = 0.5f, .momentum = 0, .warm_up = 0};
    train(net, images, o);
    std::vector<double> descended;
    for (std::size_t i = 0; i < before.size(); ++i)
      descended.push_back((double(before[i]) - double(net.parameters[i])) / 0.25);
    INFO(count << " images");
    CHECK(test::relative_error(descended, expected) < 2e-5);
  }
}

TEST_CASE("projection after every step keeps a dense network among those that the folded one can stand for") {
  image_set const images = test::bars(400, 2);
  thread_pool team(2);
  dataset data(images);
  dense_network net = initialised(2);
  training_options o = options();
  o.optimizer.learning_rate = 3e-2f;
  trainer<dense_network> t(net, o, team);
  t.after_step = projection<folded_network>{};
  t.run(data);
  CHECK(evaluate(net, data, team).accuracy() > 0.95);

  folded_network folded;
  dense_network back;
  fit(net, folded);
  fit(folded, back);
  CHECK(test::relative_error(back.parameters, net.parameters) < 1e-5);
  // The same classes, therefore, from the coefficients alone.
  CHECK(evaluate(folded, data, team).predicted == evaluate(net, data, team).predicted);

  // Without projection it would have left them.
  dense_network free = initialised(2);
  train(free, images, o);
  fit(free, folded);
  fit(folded, back);
  CHECK(test::relative_error(back.parameters, free.parameters) > 0.1);
}

TEST_CASE("batch norm's running statistics approach those of the data") {
  image_set const images = test::bars(320, 3);
  statistics const expected = of_pixels(images, 320);
  normalised_network net;
  initialise(net, 3);
  CHECK(net.parameters[2] == 0.0f);
  CHECK(net.parameters[3] == 1.0f);
  training_options o = options();
  train(net, images, o);
  CHECK(double(net.parameters[2]) == Approx(expected.mean).epsilon(0.03));
  CHECK(double(net.parameters[3]) == Approx(expected.variance).epsilon(0.03));
  // Its scale and shift are learned meanwhile.
  CHECK(net.parameters[0] != 1.0f);
  CHECK(net.parameters[1] != 0.0f);

  normalised_network still;
  initialise(still, 3);
  o.statistics_rate = 0;
  train(still, images, o);
  CHECK(still.parameters[2] == 0.0f);
  CHECK(still.parameters[3] == 1.0f);
}

TEST_CASE("recalibration sets the statistics to those of the images, and nothing else") {
  image_set const images = test::bars(100, 4);
  dataset const data(images);
  normalised_network net;
  initialise(net, 4);
  net.parameters[2] = 17;
  net.parameters[3] = 23;
  auto const before = net.parameters;
  SECTION("of all full groups of sixteen") {
    recalibrate_batch_norm(net, data);
    statistics const expected = of_pixels(images, 96);
    CHECK(double(net.parameters[2]) == Approx(expected.mean).epsilon(1e-4));
    CHECK(double(net.parameters[3]) == Approx(expected.variance).epsilon(0.01));
  }
  SECTION("of the first images") {
    recalibrate_batch_norm(net, data, 20);
    statistics const expected = of_pixels(images, 16);
    CHECK(double(net.parameters[2]) == Approx(expected.mean).epsilon(1e-4));
    CHECK(double(net.parameters[3]) == Approx(expected.variance).epsilon(1e-4));
  }
  for (std::size_t i = 0; i < before.size(); ++i)
    if (i != 2 && i != 3) CHECK(net.parameters[i] == before[i]);
}

TEST_CASE("recalibration needs sixteen images of the right shape") {
  normalised_network net;
  initialise(net, 5);
  auto const before = net.parameters;
  image_set const images = test::bars(40, 5);
  CHECK_THROWS_WITH(recalibrate_batch_norm(net, dataset(images, {}, 0, 15)), contains("15 images"));
  CHECK_THROWS_WITH(recalibrate_batch_norm(net, dataset(images), 8), contains("8 images"));
  CHECK_THROWS_WITH(recalibrate_batch_norm(net, dataset(images), 0), contains("0 images"));
  image_set const wide{1, 8, 16, std::vector<std::uint8_t>(128 * 20), std::vector<std::uint16_t>(20)};
  CHECK_THROWS_WITH(recalibrate_batch_norm(net, dataset(wide)), contains("shape"));
  CHECK(net.parameters == before);
}

TEST_CASE("distillation pulls towards the teacher, whatever the labels say") {
  image_set images = test::bars(400, 6);
  dense_network teacher = initialised(6);
  training_options const o = options();
  train(teacher, images, o);
  thread_pool team(2);
  std::vector<int> taught;
  {
    dataset const data(images);
    evaluation const result = evaluate(teacher, data, team);
    REQUIRE(result.accuracy() > 0.95);
    taught = result.predicted;
  }

  auto const agreement = [&](float weight) {
    image_set mislabelled = images;
    for (auto& label : mislabelled.labels) label = static_cast<std::uint16_t>((label + 1) % 4);
    dataset data(mislabelled);
    folded_network student;
    initialise(student, 7);
    training_options distilled = o;
    distilled.distil.weight = weight;
    trainer<folded_network> t(student, distilled, team);
    t.teacher = teacher_network<dense_network, trainer<folded_network>::scalar_type>(teacher, team);
    t.run(data);
    auto const learned = evaluate(student, dataset(mislabelled), team).predicted;
    int equal = 0;
    for (std::size_t i = 0; i < taught.size(); ++i) equal += learned[i] == taught[i];
    return equal / double(taught.size());
  };
  CHECK(agreement(1) > 0.95);
  CHECK(agreement(0) < 0.05);
}
