// Networks in floats by rolling rows compute to the last bit what they compute over whole maps, of pixels of 8 bits, too.
#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "support/row_runs.hpp"

using namespace polyfold;

TEST_CASE("LeNet-5 by rolling rows") {
  CHECK(test::check_rows<lenet5>() < network<lenet5>::workspace_bytes());
  CHECK(test::check_rows<lenet5_small>() < network<lenet5_small>::workspace_bytes() / 2);
  CHECK(test::check_rows<lenet5_small, in_bytes>() < network<lenet5_small, in_bytes>::workspace_bytes() / 2);
  test::check_rows<lenet5, in_bytes>();
}

TEST_CASE("sixteen images at once by rolling rows") {
  using row_network = network<lenet5_small, in_floats, rolling_rows>;
  using scalar = lanes<float, 16>;
  auto const whole = test::random_network<network<lenet5_small>>();
  auto const rows = std::make_unique<row_network>();
  rows->parameters = whole->parameters;
  auto const whole_workspace = std::make_unique<network<lenet5_small>::workspace<scalar>>();
  auto const row_workspace = std::make_unique<row_network::workspace<scalar>>();
  auto const image = std::make_unique<tensor<scalar, row_network::input_shape>>();
  test::random_numbers random(7);
  for (scalar& v : image->values)
    for (int lane = 0; lane < 16; ++lane) v.set(lane, random.uniform());
  auto const a = whole->run(*image, *whole_workspace);
  std::vector<scalar> const expected(a.begin(), a.end());
  auto const b = rows->run(*image, *row_workspace);
  for (int k = 0; k < 10; ++k)
    for (int lane = 0; lane < 16; ++lane) CHECK(b[k][lane] == expected[std::size_t(k)][lane]);
}
