// The training pass against PyTorch's autograd: LeNet-5 from end to end, batch norm with the statistics of the batch; and
// what dropout drops.

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/train/tape.hpp>

#include "catch.hpp"
#include "support/goldens.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

using batch = lanes<float, 16>;

/// Sixteen images one after the other, side by side.
std::vector<batch> side_by_side(std::vector<float> const& images) {
  std::size_t const size = images.size() / 16;
  std::vector<batch> result(size);
  for (std::size_t i = 0; i < images.size(); ++i) result[i % size].set(int(i / size), images[i]);
  return result;
}
std::vector<float> one_by_one(batch const* values, std::size_t size) {
  std::vector<float> result;
  for (int lane = 0; lane < 16; ++lane)
    for (std::size_t i = 0; i < size; ++i) result.push_back(values[i][lane]);
  return result;
}

/// Forward and backward of sixteen images; d loss / d output is `weighting`.
template <class Network>
struct passes {
  std::vector<float> outputs;
  std::vector<float> gradient;
  std::vector<float> image_gradient;

  passes(Network const& net, std::vector<float> const& images, std::vector<float> const& weighting)
      : gradient(net.parameters.size()) {
    std::vector<batch> const in = side_by_side(images);
    std::vector<batch> const d = side_by_side(weighting);
    training::tape<Network, batch> steps;
    outputs = one_by_one(steps.forward(net, in.data(), 0), d.size());
    std::copy(d.begin(), d.end(), steps.output_gradient());
    std::vector<batch> d_images(in.size(), batch(0.0f));
    steps.backward(net, gradient.data(), d_images.data());
    image_gradient = one_by_one(d_images.data(), d_images.size());
  }
};

}  // namespace

TEST_CASE("LeNet-5 and all its gradients are PyTorch's") {
  using net_type = network<lenet5>;
  auto const net = std::make_unique<net_type>();
  // The numbers that the script draws: uniform, scaled by the power of two next to one over the root of the fan-in.
  test::random_numbers random(0);
  std::size_t next = 0;
  for (auto const& [filters, fan_in] : {std::pair{6, 25}, {16, 150}, {120, 400}, {84, 120}, {10, 84}})
    for (auto const& [count, inputs] : {std::pair{filters * fan_in, fan_in}, {filters, 16}}) {
      float const scale = std::exp2(-std::floor(0.5f * std::log2(float(inputs))));
      for (int i = 0; i < count; ++i) net->parameters[next++] = scale * random.uniform();
    }
  REQUIRE(next == net->parameters.size());
  std::vector<float> images(16 * 784);
  test::random_numbers pixels(1000000);
  for (float& pixel : images) pixel = pixels.uniform();

  test::goldens const file("lenet5");
  passes<net_type> const done(*net, images, file["lenet5.weighting"]);
  CHECK(test::relative_error(done.outputs, file["lenet5.output"]) < 2e-6);
  std::vector<float> const expected = file["lenet5.gradient"];
  REQUIRE(expected.size() == done.gradient.size());
  for (int layer = 0; layer < net_type::layers; ++layer) {
    if (net_type::parameter_count(layer) == 0) continue;
    INFO("layer " << layer);
    auto const part = [&](std::vector<float> const& all) {
      auto const first = all.begin() + net_type::first_parameter(layer);
      return std::vector<float>(first, first + net_type::parameter_count(layer));
    };
    CHECK(test::relative_error(part(done.gradient), part(expected)) < 1e-5);
  }
  std::vector<float> const sixth(done.image_gradient.begin() + 5 * 784, done.image_gradient.begin() + 6 * 784);
  CHECK(test::relative_error(sixth, file["lenet5.input_gradient"]) < 1e-5);

  // Inference computes what the training pass computes.
  net_type::workspace<float> workspace;
  std::vector<float> inferred;
  for (std::size_t n = 0; n < 16; ++n)
    for (float const y : net->run(images.data() + n * 784, workspace.data())) inferred.push_back(y);
  CHECK(test::relative_error(inferred, file["lenet5.output"]) < 2e-6);
}

TEST_CASE("batch norm in training is PyTorch's") {
  using net_type = network<input<3, 3, 2> | batch_norm>;
  test::goldens const file("layers");
  std::string const name = "batch_norm_training.";
  net_type net;
  std::vector<float> const parameters = file[name + "numbers"];
  REQUIRE(parameters.size() == net.parameters.size());
  std::copy(parameters.begin(), parameters.end(), net.parameters.begin());
  passes<net_type> const done(net, file[name + "input"], file[name + "weighting"]);
  CHECK(test::relative_error(done.outputs, file[name + "output"]) < 2e-6);
  CHECK(test::relative_error(done.image_gradient, file[name + "input_gradient"]) < 5e-6);
  auto const part = [&](int first, int count) {
    return std::vector<float>(done.gradient.begin() + first, done.gradient.begin() + first + count);
  };
  CHECK(test::relative_error(part(0, 6), file[name + "gradient"]) < 5e-6);
  // The places of the running statistics take those of the batch.
  CHECK(test::relative_error(part(6, 3), file[name + "mean"]) < 2e-6);
  CHECK(test::relative_error(part(9, 3), file[name + "variance"]) < 2e-6);
}

TEST_CASE("dropout zeroes its share and keeps the mean") {
  using net_type = network<input<10, 20, 20> | dropout<1, 4>>;
  net_type const net;
  std::vector<batch> const ones(4000, batch(1.0f));
  training::tape<net_type, batch> steps;
  auto const draw = [&](std::uint64_t seed) { return one_by_one(steps.forward(net, ones.data(), seed), ones.size()); };
  std::vector<float> const first = draw(1);
  double zeroed = 0;
  double sum = 0;
  for (float const y : first) {
    REQUIRE((y == 0.0f || y == 4.0f / 3.0f));
    zeroed += y == 0.0f;
    sum += double(y);
  }
  // Four standard deviations of 64,000 draws are 0.007.
  CHECK(zeroed / 64000 == Approx(0.25).margin(0.007));
  CHECK(sum / 64000 == Approx(1.0).margin(0.01));
  CHECK(draw(1) == first);
  CHECK(draw(2) != first);
  // Images are dropped from independently of each other.
  CHECK(std::vector<float>(first.begin(), first.begin() + 4000) !=
        std::vector<float>(first.begin() + 4000, first.begin() + 8000));
}
