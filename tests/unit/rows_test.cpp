// Operations compute any rows of their output by themselves: a map in strips is the map as a whole.
#include <cmath>
#include <vector>

#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

template <shape In, class Operation>
void check_strips() {
  test::random_numbers random(9);
  tensor<float, In> image;
  for (float& v : image.values) v = random.uniform();
  std::vector<float> parameters(std::size_t(Operation::parameters) + 1);
  for (float& v : parameters) v = std::abs(random.uniform());  // variances are among them
  std::vector<float> scratch(std::size_t(Operation::scratch) + 1);
  fold::context<float> at;
  at.parameters = parameters.data();
  at.scratch = scratch.data();

  constexpr int height = Operation::output.height;
  tensor<float, Operation::output> whole;
  tensor<float, Operation::output> strips;
  auto const& in = image;
  Operation::forward(at, {0, height}, whole.view(), in.view());
  // The last strip first: none can lean on what another has left, which the layout says.
  tensor_view<float, Operation::output, core::strip_layout<height>> const out(strips.values.data());
  for (int first : {height - height / 3, height / 2, 0}) {
    int const last = first == 0 ? height / 2 : first == height / 2 ? height - height / 3 : height;
    Operation::forward(at, {first, last}, out, in.view());
  }
  for (int i = 0; i < Operation::output.size(); ++i)
    CHECK(strips.values[std::size_t(i)] == Approx(whole.values[std::size_t(i)]).margin(1e-4));
}

constexpr shape map{4, 23, 9};
constexpr window slid{{5, 1, 2, 2}, {5, 1, 2, 2}};
constexpr window strided{{3, 2, 1, 1}, {3, 2, 1, 1}};

}  // namespace

TEST_CASE("Moments in strips are those of the whole") {
  check_strips<map, fold::row_moments<map, slid, 1, polynomial>>();
  check_strips<map, fold::column_moments<map, slid, 1, polynomial>>();
  check_strips<shape{6, 40, 3}, fold::column_moments<shape{6, 40, 3}, slid, 2, polynomial>>();
  check_strips<map, fold::column_moments<map, strided, 1, cosine>>();
  check_strips<map, fold::channel_moments<map, 2, cut{true, 2, 1}>>();
  check_strips<map, fold::flat_moments<map, strided, 1, cut{true, 7, 2}>>();
}

TEST_CASE("Products, pooling and activations in strips are those of the whole") {
  check_strips<map, fold::product<map, 6, slid, 2, fold::bias_rule{fold::bias_kind::dense}>>();
  check_strips<map, fold::product<map, 6, strided, 1, fold::bias_rule{fold::bias_kind::segmented, cut{true, 3, 1}}>>();
  check_strips<map, fold::expand<map, 8, 2, cut{true, 4, 1}, fold::bias_rule{fold::bias_kind::dense}>>();
  check_strips<map, layer_types::maximum_under_window<map, strided>>();
  check_strips<map, layer_types::average_under_window<map, strided, strided>>();
  check_strips<map, layer_types::apply_elementwise<map, layer_types::relu_function>>();
  check_strips<map, layer_types::softmax_operation<map>>();
  check_strips<map, layer_types::batch_norm_operation<map>>();
  check_strips<map, layer_types::scale_shift_operation<map>>();
}
