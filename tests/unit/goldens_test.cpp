// Every layer's inference against PyTorch.

#include <memory>
#include <string>
#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/goldens.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

constexpr double tolerance = 2e-6;

/// Two images each.
template <auto Pipeline>
void compare(std::string const& name, test::goldens const& file) {
  using net_type = network<Pipeline>;
  INFO(name);
  std::vector<float> const parameters = file[name + ".numbers"];
  std::vector<float> const images = file[name + ".input"];
  std::vector<float> const expected = file[name + ".output"];
  constexpr std::size_t pixels = net_type::input_shape.size();
  constexpr std::size_t outputs = net_type::output_shape.size();
  auto const net = std::make_unique<net_type>();
  REQUIRE(parameters.size() == net->parameters.size());
  REQUIRE(images.size() == 2 * pixels);
  REQUIRE(expected.size() == 2 * outputs);
  for (std::size_t i = 0; i < parameters.size(); ++i) net->parameters[i] = parameters[i];
  typename net_type::template workspace<float> workspace;
  std::vector<float> actual;
  for (std::size_t n = 0; n < 2; ++n)
    for (float const y : net->run(images.data() + n * pixels, workspace.data())) actual.push_back(y);
  CHECK(test::relative_error(actual, expected) < tolerance);
}
template <auto Pipeline>
void compare(std::string const& name) {
  static test::goldens const layers("layers");
  compare<Pipeline>(name, layers);
}
template <auto Pipeline>
void compare_window(std::string const& name) {
  static test::goldens const windows("windows");
  compare<Pipeline>(name, windows);
}

}  // namespace

TEST_CASE("conv2d is PyTorch's") {
  compare<input<3, 7, 6> | conv2d<5, 3>>("conv2d");
  compare<input<2, 6, 7> | conv2d<4, 5>(padding<2>)>("conv2d_padding");
  compare<input<2, 8, 7> | conv2d<4, 3>(stride<2>, padding<1>)>("conv2d_stride");
  compare<input<2, 8, 9> | conv2d<3, 2>(stride<3>)>("conv2d_wide_stride");
  compare<input<2, 5, 6> | conv2d<3, 2, 4>(padding<1>)>("conv2d_not_square");
  compare<input<4, 5, 5> | conv2d<6, 3>(groups<2>, padding<1>)>("conv2d_groups");
  compare<input<4, 7, 7> | conv2d<4, 3>(groups<4>, stride<2>)>("conv2d_depthwise");
  compare<input<3, 5, 5> | conv2d<6, 3>(groups<3>)>("conv2d_multiplier");
  compare<input<2, 5, 5> | conv2d<3, 3>(no_bias)>("conv2d_no_bias");
  compare<input<3, 4, 5> | conv2d<4, 4, 5>>("conv2d_whole_input");
}

TEST_CASE("windows of any form are PyTorch's") {
  compare_window<input<2, 9, 8> | conv2d<4, 3, 2>(stride<2, 3>, padding<1, 2>)>("two_strides");
  compare_window<input<2, 7, 6> | conv2d<3, 3>(padding<2, 1>, dilation<2, 1>)>("dilation");
  compare_window<input<2, 6, 5> | conv2d<3, 3>(padding<0, 1, 2, 0>)>("one_side");
  compare_window<input<2, 6, 7> | conv2d<3, 4, 3>(same_padding, dilation<1, 2>)>("same");
  compare_window<input<3, 1, 21> | conv2d<4, 1, 5>(stride<2>, padding<0, 4>, dilation<2>)>("line");
  compare_window<input<2, 6, 7> | max_pool<2, 3>(stride<1, 2>, padding<1, 0>)>("max_pool_not_square");
  compare_window<input<2, 9, 8> | max_pool<3>(stride<2>, padding<1>, dilation<2, 1>)>("max_pool_dilation");
  compare_window<input<2, 5, 7> | max_pool<2>(ceil_mode)>("max_pool_ceil");
  compare_window<input<2, 6, 8> | max_pool<3>(stride<2>, padding<1>, ceil_mode)>("max_pool_ceil_padding");
  compare_window<input<2, 1, 12> | max_pool<1, 3>(stride<1, 2>, ceil_mode)>("max_pool_line");
  compare_window<input<2, 7, 6> | average_pool<3>(stride<2>, padding<1>, exclude_padding)>("average_excluded");
  compare_window<input<2, 6, 7> | average_pool<3, 2>(stride<2>, padding<1>, ceil_mode)>("average_ceil");
  compare_window<input<2, 6, 7> | average_pool<3>(padding<1>, ceil_mode, exclude_padding)>("average_ceil_excluded");
}

TEST_CASE("dense is PyTorch's Flatten and Linear") {
  compare<input<3, 4, 5> | dense<7>>("dense_after_map");
  compare<input<9, 1, 1> | dense<4>(no_bias)>("dense_no_bias");
}

TEST_CASE("activations are PyTorch's") {
  compare<input<2, 3, 4> | relu>("relu");
  compare<input<2, 3, 4> | leaky_relu<>>("leaky_relu");
  compare<input<2, 3, 4> | leaky_relu<1, 5>>("leaky_relu_fifth");
  compare<input<2, 3, 4> | tanh_activation>("tanh");
  compare<input<2, 3, 4> | sigmoid>("sigmoid");
  compare<input<5, 1, 1> | softmax>("softmax");
  compare<input<4, 2, 3> | softmax>("softmax_of_pixels");
}

TEST_CASE("pooling is PyTorch's") {
  compare<input<2, 6, 7> | max_pool<2>>("max_pool");
  compare<input<2, 7, 6> | max_pool<3>(stride<2>, padding<1>)>("max_pool_padding");
  compare<input<2, 6, 7> | average_pool<2>>("average_pool");
  compare<input<2, 7, 6> | average_pool<3>(stride<2>, padding<1>)>("average_pool_padding");
  compare<input<3, 4, 5> | global_average_pool>("global_average_pool");
}

TEST_CASE("batch norm and dropout at inference are PyTorch's") {
  compare<input<3, 4, 5> | batch_norm>("batch_norm");
  compare<input<2, 3, 4> | dropout<>>("dropout");
}

TEST_CASE("residual blocks are PyTorch's") {
  compare<input<3, 5, 5> | residual(conv2d<3, 3>(padding<1>) | relu)>("residual");
  compare<input<3, 6, 6> | residual(conv2d<4, 3>(stride<2>, padding<1>) | tanh_activation | conv2d<5, 1>,
                                    conv2d<5, 1>(stride<2>, no_bias) | batch_norm)>("residual_projection");
}
