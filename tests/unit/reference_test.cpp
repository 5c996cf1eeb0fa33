// Convolutions and dense layers against the formula in double, over shapes drawn at random when this file was written.

#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

constexpr double tolerance = 3e-6;

/// The network of one layer with dense weights, for single images and for sixteen side by side.
template <auto Pipeline>
void compare(test::convolution_problem const& problem, bool biased = true) {
  using net_type = network<Pipeline>;
  auto const net = std::make_unique<net_type>();
  CAPTURE(problem.in.channels, problem.in.height, problem.in.width, problem.filters, problem.w.y.size,
          problem.w.x.size);
  for (std::uint64_t const seed : {1u, 2u, 3u}) {
    test::random_numbers random(seed);
    random.fill(net->parameters);
    REQUIRE(int(net->parameters.size()) == problem.weights() + (biased ? problem.filters : 0));
    auto const weight = [&](int m, int c, int r, int s) {
      int const i = ((m * problem.channels() + c) * problem.w.y.size + r) * problem.w.x.size + s;
      return double(net->parameters[std::size_t(i)]);
    };
    auto const bias = [&](int m) { return biased ? double(net->parameters[std::size_t(problem.weights() + m)]) : 0.0; };

    using batch = lanes<float, 16>;
    std::vector<batch> images(std::size_t(problem.in.size()));
    auto const batch_workspace = std::make_unique<typename net_type::template workspace<batch>>();
    tensor<float, net_type::input_shape> image;
    for (int lane = 15; lane >= 0; --lane) {
      random.fill(image.values);
      for (std::size_t i = 0; i < images.size(); ++i) images[i].set(lane, image.values[i]);
    }
    typename net_type::template workspace<float> workspace;
    std::vector<double> const expected = test::convolve(problem, weight, bias, image.values.data());
    auto const out = net->run(image, workspace);
    REQUIRE(out.size() == int(expected.size()));
    CHECK(test::relative_error(out, expected) < tolerance);

    auto const batch_out = net->run(images.data(), batch_workspace->data());
    std::vector<float> first_lane;
    for (int i = 0; i < batch_out.size(); ++i) first_lane.push_back(batch_out[i][0]);
    CHECK(test::relative_error(first_lane, expected) < tolerance);
  }
}

}  // namespace

TEST_CASE("convolutions compute their formula") {
  compare<input<1, 5, 5> | conv2d<1, 1>>({{1, 5, 5}, 1, {{1}, {1}}});
  compare<input<3, 7, 11> | conv2d<5, 3>>({{3, 7, 11}, 5, {{3}, {3}}});
  compare<input<2, 13, 6> | conv2d<7, 5, 2>>({{2, 13, 6}, 7, {{5}, {2}}});
  compare<input<5, 4, 9> | conv2d<3, 1, 7>>({{5, 4, 9}, 3, {{1}, {7}}});
  compare<input<4, 9, 9> | conv2d<6, 3>(stride<2>, padding<1>)>({{4, 9, 9}, 6, {{3, 2, 1, 1}, {3, 2, 1, 1}}});
  compare<input<3, 8, 10> | conv2d<4, 2>(stride<3>)>({{3, 8, 10}, 4, {{2, 3}, {2, 3}}});
  compare<input<3, 6, 5> | conv2d<4, 2, 3>(stride<3>, padding<2>)>({{3, 6, 5}, 4, {{2, 3, 2, 2}, {3, 3, 2, 2}}});
  compare<input<2, 3, 3> | conv2d<4, 7>(padding<2>)>({{2, 3, 3}, 4, {{7, 1, 2, 2}, {7, 1, 2, 2}}});
  // An output column that reads nothing but padding.
  compare<input<2, 3, 4> | conv2d<2, 2>(padding<3>)>({{2, 3, 4}, 2, {{2, 1, 3, 3}, {2, 1, 3, 3}}});
}

TEST_CASE("grouped convolutions compute their formula") {
  compare<input<6, 6, 5> | conv2d<4, 3>(groups<2>, padding<1>)>({{6, 6, 5}, 4, {{3, 1, 1, 1}, {3, 1, 1, 1}}, 2});
  compare<input<5, 7, 7> | conv2d<5, 3>(groups<5>, stride<2>)>({{5, 7, 7}, 5, {{3, 2}, {3, 2}}, 5});
  compare<input<3, 5, 8> | conv2d<9, 2, 4>(groups<3>)>({{3, 5, 8}, 9, {{2}, {4}}, 3});
}

TEST_CASE("kernels as large as their input compute their formula") {
  compare<input<6, 4, 3> | conv2d<8, 4, 3>(groups<2>)>({{6, 4, 3}, 8, {{4}, {3}}, 2});
  compare<input<3, 4, 4> | conv2d<5, 4>(stride<2>, no_bias)>({{3, 4, 4}, 5, {{4, 2}, {4, 2}}}, false);
}

TEST_CASE("dense layers read channels, rows and columns in order") {
  compare<input<4, 3, 5> | dense<11>>({{4, 3, 5}, 11, {{3}, {5}}});
  compare<input<37, 1, 1> | dense<29>>({{37, 1, 1}, 29, {{1}, {1}}});
  compare<input<2, 6, 1> | dense<3>(no_bias)>({{2, 6, 1}, 3, {{6}, {1}}}, false);
}
