// Quantisation-aware training: the last epochs run on rounded numbers and win back what rounding costs.

#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/io/checkpoint.hpp>
#include <polyfold/train/evaluate.hpp>
#include <polyfold/train/trainer.hpp>

#include "catch.hpp"
#include "support/patterns.hpp"
#include "temporary_files.hpp"

using namespace polyfold;

namespace {

// One scale for quadratics of 63 positions leaves their second-degree coefficients few codes: rounding hurts.
constexpr auto layers = input<1, 8, 8> | conv2d<8, 3>(along<axis::kernel, linear>) | relu | max_pool<2> |
                        dense<4>(along<axis::flat, segment<63>, quadratic>);
using float_network = network<layers>;
using bytes_network = network<layers, byte_numbers{scales_per::layer}>;

training_options options(int epochs, int rounded) {
  training_options o;
  o.epochs = epochs;
  o.rounded_epochs = rounded;
  o.dense_rate = 1;
  o.optimizer.learning_rate = 1e-2f;
  return o;
}

std::vector<float> numbers_of(float_network const& net) { return {net.parameters.begin(), net.parameters.end()}; }

bool is_rounded(float_network net) {
  auto const before = net.parameters;
  quantised_rounding<bytes_network>{}(net);
  return net.parameters == before;
}

/// Mean loss of a network of bytes.
double loss_of(bytes_network const& net, dataset const& data) {
  double sum = 0;
  auto const workspace = std::make_unique<bytes_network::workspace<float>>();
  tensor<float, bytes_network::input_shape> image;
  for (std::size_t i = 0; i < data.size(); ++i) {
    data.load(i, image.values.data());
    auto const logits = net.run(image, *workspace);
    double total = 0;
    for (float logit : logits) total += std::exp(double(logit - logits[data.label(i)]));
    sum += std::log(total);
  }
  return sum / double(data.size());
}

}  // namespace

TEST_CASE("training on rounded numbers wins back what rounding costs") {
  image_set const images = test::bars(600, 1);
  image_set const unseen = test::bars(400, 2);
  dataset data(images);
  dataset const held_out(unseen);
  thread_pool team(2);
  float_network net;
  initialise(net, 5);
  trainer<float_network>(net, options(30, 0), team).run(data);
  CHECK(!is_rounded(net));

  bytes_network rounded_after;
  quantise(net, rounded_after);
  float_network aware = net;
  trainer<float_network> t(aware, options(8, 8), team);
  t.rounding = quantised_rounding<bytes_network>();
  t.run(data);
  CHECK(is_rounded(aware));
  bytes_network trained;
  quantise(aware, trained);
  // The same epochs without rounding, rounded afterwards.
  trainer<float_network>(net, options(8, 0), team).run(data);
  bytes_network unaware;
  quantise(net, unaware);

  INFO("loss rounded after " << loss_of(rounded_after, held_out) << ", unaware " << loss_of(unaware, held_out)
                             << ", aware " << loss_of(trained, held_out));
  CHECK(loss_of(trained, held_out) < 0.1 * loss_of(unaware, held_out));
  CHECK(loss_of(trained, held_out) < 0.1 * loss_of(rounded_after, held_out));
  CHECK(evaluate(trained, held_out, team).accuracy() > 0.9);
  // What is trained on is what the network of bytes computes.
  CHECK(evaluate(trained, held_out, team).predicted == evaluate(aware, held_out, team).predicted);
}

TEST_CASE("only the last epochs are rounded, and the numbers behind them keep all their digits") {
  image_set const images = test::bars(100, 3);
  dataset data(images);
  thread_pool team(1);
  float_network net;
  initialise(net, 6);
  trainer<float_network> t(net, options(3, 1), team);
  t.rounding = quantised_rounding<bytes_network>();
  std::vector<bool> rounded;
  t.after_epoch = [&](int) { rounded.push_back(is_rounded(net)); };
  t.run(data);
  CHECK(rounded == std::vector<bool>{false, true, true});
  float_network behind;
  training::parameter_space<float_network>().store(t.state().master, behind);
  CHECK(!is_rounded(behind));
}

TEST_CASE("a rounded run that goes on from a checkpoint ends as an uninterrupted one") {
  image_set const images = test::bars(100, 4);
  auto const start = [] {
    float_network net;
    initialise(net, 7);
    return net;
  };
  thread_pool team(2);
  float_network whole = start();
  dataset data(images);
  trainer<float_network> uninterrupted(whole, options(4, 2), team);
  uninterrupted.rounding = quantised_rounding<bytes_network>();
  uninterrupted.run(data);
  for (int const stop : {1, 2, 3, 4}) {
    INFO("interrupted after epoch " << stop);
    test::temporary_folder const folder;
    float_network net = start();
    trainer<float_network> first(net, options(4, 2), team);
    first.rounding = quantised_rounding<bytes_network>();
    first.after_epoch = [&](int done) {
      save_checkpoint(folder / "state", first.state(), "run");
      if (done == stop) throw std::runtime_error("power failure");
    };
    CHECK_THROWS_WITH(first.run(data), contains("power failure"));
    float_network fresh;
    trainer<float_network> second(fresh, options(4, 2), team);
    second.rounding = quantised_rounding<bytes_network>();
    second.restore(*load_checkpoint(folder / "state", "run", fresh.parameters.size()));
    second.run(data);
    CHECK(numbers_of(fresh) == numbers_of(whole));
  }
}

TEST_CASE("rounded epochs need a rounding") {
  image_set const images = test::bars(20, 5);
  dataset data(images);
  thread_pool team(1);
  float_network net;
  trainer<float_network> t(net, options(2, 1), team);
  CHECK_THROWS_WITH(t.run(data), contains("rounded_epochs need a rounding"));
  CHECK_THROWS_WITH(trainer<float_network>(net, options(2, -1), team), contains("rounded_epochs is -1"));
}
