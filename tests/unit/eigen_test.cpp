// Convolutions and dense layers against matrix products of Eigen.
#include <memory>

#include <Eigen/Core>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

/// The inputs under every window as columns, in the order of a filter's weights (im2col).
template <shape In, window W>
Eigen::MatrixXf columns_of(tensor<float, In> const& image) {
  int const height = W.y.outputs(In.height);
  int const width = W.x.outputs(In.width);
  Eigen::MatrixXf columns = Eigen::MatrixXf::Zero(In.channels * W.area(), height * width);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int i = 0; i < In.channels * W.area(); ++i) {
        int const row = W.y.start(y) + i % W.area() / W.x.size;
        int const column = W.x.start(x) + i % W.x.size;
        if (row >= 0 && row < In.height && column >= 0 && column < In.width)
          columns(i, y * width + x) = image(i / W.area(), row, column);
      }
  return columns;
}

template <auto Pipeline, window W>
void check_against_eigen() {
  using network_type = network<Pipeline>;
  using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  constexpr shape out = network_type::output_shape;
  constexpr int fan_in = network_type::input_shape.channels * W.area();
  test::random_numbers random(5);
  auto net = std::make_unique<network_type>();
  test::randomise(*net, random, 0.5f);
  tensor<float, network_type::input_shape> image;
  for (float& v : image.values) v = random.uniform();

  Eigen::Map<row_major const> const weights(net->parameters.data(), out.channels, fan_in);
  Eigen::Map<Eigen::VectorXf const> const biases(net->parameters.data() + out.channels * fan_in, out.channels);
  row_major const expected = (weights * columns_of<network_type::input_shape, W>(image)).colwise() + biases;

  typename network_type::template workspace<float> workspace;
  auto const found = net->run(image, workspace);
  for (int i = 0; i < out.size(); ++i) CHECK(found[i] == Approx(expected.data()[i]).margin(1e-5));
}

}  // namespace

TEST_CASE("Convolutions are matrix products over their windows") {
  check_against_eigen<input<3, 9, 7> | conv2d<5, 3>, window{{3}, {3}}>();
  check_against_eigen<input<2, 11, 8> | conv2d<4, 5, 3>(stride<2>, padding<1>), window{{5, 2, 1, 1}, {3, 2, 1, 1}}>();
  check_against_eigen<input<4, 6, 6> | conv2d<3, 1>(stride<3>), window{{1, 3}, {1, 3}}>();
  check_against_eigen<input<1, 13, 29> | conv2d<7, 5>(padding<2>), window{{5, 1, 2, 2}, {5, 1, 2, 2}}>();
}

TEST_CASE("A dense layer is one matrix product") {
  check_against_eigen<input<3, 4, 5> | dense<7>, window{{4}, {5}}>();
  check_against_eigen<input<33, 1, 1> | dense<19>, window{}>();
}
