// Windows that differ between rows and columns or between the ends of a map, and windows with gaps: layers against their
// formula, cut layers against the weights that their coefficients stand for, the tuner's counts against the types'.

#include <polyfold/inference.hpp>

#include "support/equivalence.hpp"
#include "support/tuned_layers.hpp"

using namespace polyfold;
using test::cut_layer_equals_dense;

namespace {

constexpr auto map = input<4, 9, 8>;
constexpr auto one_side = conv2d<6, 3>(padding<0, 1, 2, 0>);
constexpr auto two_strides = conv2d<5, 3, 2>(stride<2, 3>, padding<1, 2>);
constexpr auto gaps = conv2d<6, 3>(padding<2>, dilation<2>);
constexpr auto wide_gaps = conv2d<4, 2, 3>(padding<0, 3, 2, 1>, stride<1, 2>, dilation<3, 2>);
constexpr auto as_tensorflow = conv2d<4, 3>(same_padding, stride<2>);
constexpr auto grouped = conv2d<8, 3>(groups<2>, same_padding, dilation<1, 2>);

/// Layer L of `map` against sums written out.
template <auto Layer>
void computes_its_formula(window const& w) {
  using net_type = network<map | Layer>;
  auto const net = std::make_unique<net_type>();
  test::random_numbers random(5);
  random.fill(net->parameters);
  std::vector<float> image(std::size_t(net_type::input_shape.size()));
  random.fill(image);
  constexpr int groups = net_type::template layer_at<0>::spec.groups;
  test::convolution_problem const problem{net_type::input_shape, net_type::output_shape.channels, w, groups};
  auto const weight = [&](int m, int c, int r, int s) {
    int const i = ((m * problem.channels() + c) * w.y.size + r) * w.x.size + s;
    return double(net->parameters[std::size_t(i)]);
  };
  auto const bias = [&](int m) { return double(net->parameters[std::size_t(problem.weights() + m)]); };
  std::vector<double> const expected = test::convolve(problem, weight, bias, image.data());
  REQUIRE(expected.size() == std::size_t(net_type::output_shape.size()));
  CHECK(test::relative_error(test::outputs_of(*net, image), expected) < 1e-6);
}

/// Pooling of one channel of 0, 1, 2, ... by rows.
template <auto Input, auto Pool>
[[nodiscard]] std::vector<float> pooled() {
  auto const net = std::make_unique<network<Input | Pool>>();
  std::vector<float> image(std::size_t(network<Input | Pool>::input_shape.size()));
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i);
  return test::outputs_of(*net, image);
}

}  // namespace

TEST_CASE("uneven and dilated convolutions compute their formula") {
  computes_its_formula<one_side>({{3, 1, 0, 1}, {3, 1, 2, 0}});
  computes_its_formula<two_strides>({{3, 2, 1, 1}, {2, 3, 2, 2}});
  computes_its_formula<gaps>({{3, 1, 2, 2, 2}, {3, 1, 2, 2, 2}});
  computes_its_formula<wide_gaps>({{2, 1, 0, 3, 3}, {3, 2, 2, 1, 2}});
  computes_its_formula<as_tensorflow>({{3, 2, 1, 1}, {3, 2, 0, 1}});
  computes_its_formula<grouped>({{3, 1, 1, 1}, {3, 1, 2, 2, 2}});
  // A whole window of the map, but for what is padded behind it.
  computes_its_formula<conv2d<3, 9, 8>(padding<0, 1, 0, 0>)>({{9, 1, 0, 1}, {8}});
}

TEST_CASE("uneven and dilated windows, cut") {
  constexpr auto kernel = axis::kernel;
  cut_layer_equals_dense<map, one_side, along<kernel, linear>>();
  cut_layer_equals_dense<map, two_strides, along<kernel, linear>>();
  cut_layer_equals_dense<map, gaps, along<kernel, quadratic>>();
  cut_layer_equals_dense<map, wide_gaps, along<kernel, linear, cosine>>();
  cut_layer_equals_dense<map, as_tensorflow, along<kernel, constant>>();
  cut_layer_equals_dense<map, grouped, along<kernel, linear>, along<axis::output, linear>>();

  cut_layer_equals_dense<map, one_side, along<axis::flat, segment<3>, linear>>();  // kernel rows
  cut_layer_equals_dense<map, gaps, along<axis::flat, segment<3>, linear>>();
  cut_layer_equals_dense<map, wide_gaps, along<axis::flat, segment<5>, linear>>();
  cut_layer_equals_dense<map, as_tensorflow, along<axis::flat, segment<4>, quadratic>>();

  cut_layer_equals_dense<map, gaps, along<axis::channel, linear>>();
  cut_layer_equals_dense<map, wide_gaps, arranged<2, linear, 3>>();
  cut_layer_equals_dense<map, one_side, arranged_per_filter<2, constant, 2>>();
}

TEST_CASE("lines are maps of one row") {
  constexpr auto line = input<3, 1, 40>;
  cut_layer_equals_dense<line, conv2d<6, 1, 9>(padding<0, 4>), along<axis::kernel, quadratic>>();
  cut_layer_equals_dense<line, conv2d<6, 1, 5>(padding<0, 0, 4, 0>),
                         along<axis::kernel, linear>>();  // of the past alone
  cut_layer_equals_dense<line, conv2d<6, 1, 5>(padding<0, 8>, dilation<1, 4>), along<axis::flat, segment<5>, linear>>();
  static_assert(network<line | conv2d<6, 1, 9>(stride<1, 2>, same_padding) | max_pool<1, 2>>::output_shape ==
                shape{6, 1, 10});
}

TEST_CASE("the tuner counts uneven and dilated layers as their types say") {
  test::check_layer<map, one_side, along<axis::kernel, linear>>();
  test::check_layer<map, two_strides, along<axis::kernel, linear>, along<axis::output, linear>>();
  test::check_layer<map, gaps, along<axis::kernel, linear>>();
  test::check_layer<map, wide_gaps, along<axis::flat, segment<3>, linear>>();
  test::check_layer<map, as_tensorflow, along<axis::flat, segment<7>, linear>>();
  test::check_layer<map, grouped, along<axis::channel, constant>>();
}

TEST_CASE("poolings with windows of any form") {
  using values = std::vector<float>;
  constexpr auto five = input<1, 5, 5>;
  CHECK(pooled<five, max_pool<2>>() == values{6, 8, 16, 18});
  CHECK(pooled<five, max_pool<2>(ceil_mode)>() == values{6, 8, 9, 16, 18, 19, 21, 23, 24});
  CHECK(pooled<five, max_pool<2>(same_padding)>() == values{6, 8, 9, 16, 18, 19, 21, 23, 24});
  CHECK(pooled<five, max_pool<2>(padding<1, 0, 0, 1>)>() == values{1, 3, 4, 11, 13, 14, 21, 23, 24});
  CHECK(pooled<five, max_pool<1, 3>(stride<2, 1>)>() == values{2, 3, 4, 12, 13, 14, 22, 23, 24});
  CHECK(pooled<five, max_pool<2>(dilation<2, 3>, stride<1>)>() == values{13, 14, 18, 19, 23, 24});
  CHECK(pooled<five, average_pool<5, 1>(stride<1>)>() == values{10, 11, 12, 13, 14});
  // 2 x 2 over 3 x 3: the border's windows have two pixels, the corner's one.
  constexpr auto three = input<1, 3, 3>;
  CHECK(pooled<three, average_pool<2>(same_padding)>() == values{2, 1.75f, 3.25f, 2});
  CHECK(pooled<three, average_pool<2>(same_padding, exclude_padding)>() == values{2, 3.5f, 6.5f, 8});
  // What rounding up adds never counts.
  CHECK(pooled<three, average_pool<2>(ceil_mode)>() == values{2, 3.5f, 6.5f, 8});
  CHECK(pooled<three, average_pool<2>(ceil_mode, padding<1>)>() == values{0, 0.75f, 2.25f, 6});
  CHECK(pooled<three, average_pool<2>(ceil_mode, padding<1>, exclude_padding)>() == values{0, 1.5f, 4.5f, 6});
  CHECK(pooled<input<1, 1, 7>, average_pool<1, 3>(stride<1, 2>, padding<0, 1>, exclude_padding)>() ==
        values{0.5f, 2, 4, 5.5f});
}
