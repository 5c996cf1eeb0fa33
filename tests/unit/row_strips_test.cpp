// Moments and products in strips of rows beside the same over whole maps; and a network that is trained in strips against
// central differences.

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <polyfold/inference.hpp>
#include <polyfold/train/row_strips.hpp>

#include "catch.hpp"
#include "support/gradient_check.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

/// Whole maps, step after step: the values and their gradients.
template <class Program>
struct whole_maps {
  std::vector<std::vector<float>> values, gradients;
  std::vector<float> scratch, parameter_gradient;

  template <class Contexts, int... J>
  whole_maps(Contexts context_of, std::vector<float> const& input, std::vector<float> const& output_gradient,
             std::integer_sequence<int, J...>)
      : values{input}, gradients{std::vector<float>(input.size())} {
    (forward<J>(context_of), ...);
    gradients.back() = output_gradient;
    (backward<Program::steps - 1 - J>(context_of), ...);
  }

 private:
  template <int J>
  using operation_at = typename Program::template operation_at<J>;
  template <int V>
  auto view(std::vector<std::vector<float>>& maps) {
    return tensor_view<float, Program::template value_shape<V>()>(maps[std::size_t(V)].data());
  }
  template <int J, class Contexts>
  void forward(Contexts context_of) {
    values.emplace_back(std::size_t(operation_at<J>::output.size()));
    gradients.emplace_back(values.back().size());
    operation_at<J>::forward(context_of.template operator()<J>(), row_range{0, operation_at<J>::output.height},
                             view<J + 1>(values), view<J>(values));
  }
  template <int J, class Contexts>
  void backward(Contexts context_of) {
    operation_at<J>::backward(context_of.template operator()<J>(), view<J + 1>(values), view<J + 1>(gradients),
                              view<J>(values), view<J>(gradients));
  }
};

/// Strips of `Height` rows compute what whole maps do.
template <auto Pipeline, int Height>
void check_strips() {
  using net_type = network<Pipeline>;
  using program = typename net_type::program_type;
  constexpr int last = program::steps - 1;
  using strips = detail::row_strips<program, 0, last, Height>;
  auto const net = std::make_unique<net_type>();
  test::random_numbers random(7);
  for (float& n : net->parameters) n = random.normal();
  std::vector<float> input(std::size_t(net_type::input_shape.size()));
  random.fill(input);
  std::vector<float> output_gradient(std::size_t(net_type::output_shape.size()));
  random.fill(output_gradient);
  std::vector<float> scratch(64);
  auto const context_with = [&](float* gradient) {
    return [&net, &scratch, gradient]<int J>() {
      fold::context<float> at;
      at.parameters = net->parameters.data() + program::facts[J].first_parameter;
      at.scratch = scratch.data();
      at.gradient = gradient + program::facts[J].first_parameter;
      return at;
    };
  };
  std::vector<float> expected_gradient(net->parameters.size(), 0.5f);
  whole_maps<program> const expected(context_with(expected_gradient.data()), input, output_gradient,
                                     std::make_integer_sequence<int, program::steps>{});

  // What is not computed shows.
  std::vector<float> memory(std::size_t(strips::scratch), std::nanf(""));
  std::vector<float> output(output_gradient.size(), std::nanf(""));
  std::vector<float> input_gradient(input.size(), 0.0f);
  std::vector<float> parameter_gradient(net->parameters.size(), 0.5f);
  tensor_view<float const, net_type::input_shape> const in(input.data());
  strips::forward(context_with(parameter_gradient.data()), memory.data(),
                  tensor_view<float, net_type::output_shape>(output.data()), in);
  std::fill(memory.begin(), memory.end(), std::nanf(""));
  strips::template backward<float>(context_with(parameter_gradient.data()), memory.data(),
                                   tensor_view<float, net_type::output_shape>(output_gradient.data()), in,
                                   tensor_view<float, net_type::input_shape>(input_gradient.data()));
  CHECK(test::relative_error(output, expected.values.back()) < 1e-5);
  CHECK(test::relative_error(input_gradient, expected.gradients.front()) < 1e-5);
  CHECK(test::relative_error(parameter_gradient, expected_gradient) < 1e-5);
}

template <auto Pipeline>
void check_heights() {
  check_strips<Pipeline, 1>();
  check_strips<Pipeline, 3>();
  check_strips<Pipeline, 64>();
}

}  // namespace

TEST_CASE("strips of rows compute what whole maps do") {
  check_heights<input<3, 8, 6> | conv2d<5, 3>(padding<1>, along<axis::kernel, linear>)>();
  check_heights<input<3, 9, 6> | conv2d<5, 3>(padding<1>, stride<2>, along<axis::kernel, linear>)>();
  check_heights<input<5, 9, 7> | conv2d<4, 5, 3>(padding<2>, all_of(along<axis::channel, segment<2>, constant>,
                                                                    along<axis::kernel, quadratic>))>();
  check_heights<input<4, 23, 3> | conv2d<6, 3>(groups<2>, along<axis::kernel, constant>)>();
  check_heights<input<5, 7, 4> | conv2d<3, 1>(along<axis::channel, segment<3>, linear>)>();
}

TEST_CASE("gradients of a network that is trained in strips") {
  // Its moments are larger than what is left to whole maps.
  constexpr auto p = input<8, 11, 10> | conv2d<8, 3>(padding<1>, along<axis::kernel, linear>) | tanh_activation |
                     conv2d<5, 3>(stride<2>, along<axis::kernel, linear>) | tanh_activation;
  test::check_gradients<p, lanes<float, 16>>();
}
