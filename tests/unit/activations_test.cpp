// Activations: PyTorch's values, computed in double, for every scalar; what is trained, stored and described of them.

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/fold/inference_plan.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/io/description.hpp>
#include <polyfold/train/parameters.hpp>

#include "catch.hpp"

using namespace polyfold;

namespace {

using formula = std::function<double(double)>;

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double clipped(double x, double low, double high) { return std::fmin(std::fmax(x, low), high); }

/// Values and slopes from -8 to 8 against `f` and its differences; slopes not where f has a kink.
template <class Layer>
void check_function(Layer, formula const& f) {
  using function = typename Layer::function;
  INFO(Layer::name);
  double worst = 0, worst_slope = 0;
  bool lanes_alike = true;
  for (float x = -8; x <= 8; x += 0.0625f) {
    double const expected = f(double(x));
    float const value = function::value(x);
    worst = std::fmax(worst, std::abs(double(value) - expected));
    lanes_alike = lanes_alike && std::abs(function::value(lanes<float, 16>(x))[7] - value) <= 1e-6f;
    constexpr double step = 1e-5;
    double const left = (expected - f(double(x) - step)) / step;
    double const right = (f(double(x) + step) - expected) / step;
    if (std::abs(right - left) > 1e-3) continue;  // a kink
    float slope = 0;
    if constexpr (layer_types::slopes_from_output<function>)
      slope = function::slope_from_output(value);
    else
      slope = function::slope_from_input(x);
    worst_slope = std::fmax(worst_slope, std::abs(double(slope) - (left + right) / 2));
  }
  CHECK(worst < 1e-6);
  CHECK(worst_slope < 1e-5);
  CHECK(lanes_alike);
}

/// A user's, as the documentation shows it.
struct softsign_function {
  static constexpr char const* name = "softsign";
  static constexpr int multiplications = 0, additions = 1;
  static constexpr bool nondecreasing = true;
  template <class T>
  static T value(T const& x) {
    return x / (T(1.0f) + maximum(x, T(T(0.0f) - x)));
  }
  template <class T>
  static T slope_from_output(T const& y) {
    T const left = T(1.0f) - maximum(y, T(T(0.0f) - y));
    return left * left;
  }
};

}  // namespace

TEST_CASE("a whole number may have a decimal point") {
  STATIC_REQUIRE(std::is_same_v<decltype(bounded_relu<6.0>), decltype(relu6)>);
  STATIC_REQUIRE(std::is_same_v<decltype(bounded_relu<6u, 1.0f>), decltype(relu6)>);
  STATIC_REQUIRE(!std::is_same_v<decltype(bounded_relu<6.5>), decltype(relu6)>);
  STATIC_REQUIRE(layer_types::whole_number(2147483647LL).whole);
  STATIC_REQUIRE(!layer_types::whole_number(2147483648LL).whole);
  STATIC_REQUIRE(!layer_types::whole_number(2147483648.0).whole);
  STATIC_REQUIRE(!layer_types::whole_number(1e300).whole);
  STATIC_REQUIRE(layer_types::whole_number(-2147483647.0).value == -2147483647);
}

TEST_CASE("activations are PyTorch's formulas") {
  check_function(relu, [](double x) { return std::fmax(x, 0); });
  check_function(relu6, [](double x) { return clipped(x, 0, 6); });
  check_function(bounded_relu<3, 2>, [](double x) { return clipped(x, 0, 1.5); });
  check_function(leaky_relu<>, [](double x) { return x > 0 ? x : 0.01 * x; });
  check_function(elu<>, [](double x) { return x > 0 ? x : std::expm1(x); });
  check_function(elu<3, 2>, [](double x) { return x > 0 ? x : 1.5 * std::expm1(x); });
  check_function(tanh_activation, [](double x) { return std::tanh(x); });
  check_function(sigmoid, sigmoid_of);
  check_function(hard_sigmoid, [](double x) { return clipped(x + 3, 0, 6) / 6; });
  check_function(silu, [](double x) { return x * sigmoid_of(x); });
  check_function(hard_swish, [](double x) { return x * clipped(x + 3, 0, 6) / 6; });
  check_function(gelu, [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2))); });
  check_function(activation_layer<softsign_function>{}, [](double x) { return x / (1 + std::abs(x)); });
  check_function(gelu_tanh, [](double x) {
    return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1)) * (x + 0.044715 * x * x * x)));
  });
}

TEST_CASE("values of activations at a few points") {
  // Known to six digits from tables of the normal distribution and of the exponential.
  CHECK(layer_types::gelu_function::value(1.0f) == Approx(0.841345f).epsilon(1e-6));
  CHECK(layer_types::gelu_function::value(-1.0f) == Approx(-0.158655f).epsilon(1e-5));
  CHECK(layer_types::gelu_tanh_function::value(1.0f) == Approx(0.841192f).epsilon(1e-6));
  CHECK(layer_types::silu_function::value(1.0f) == Approx(0.731059f).epsilon(1e-6));
  CHECK(layer_types::silu_function::value(-1.0f) == Approx(-0.268941f).epsilon(1e-5));
  CHECK(layer_types::hard_swish_function::value(-1.5f) == Approx(-0.375f));
  CHECK(layer_types::hard_sigmoid_function::value(3.0f) == 1.0f);
  CHECK(layer_types::hard_sigmoid_function::value(-3.0f) == 0.0f);
  CHECK((layer_types::elu_function<1, 1>::value(-1.0f)) == Approx(-0.632121f).epsilon(1e-6));
}

TEST_CASE("functions that fall somewhere do not say that they never do") {
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::relu_function>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::bounded_relu_function<6, 1>>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::leaky_relu_function<1, 100>>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::elu_function<1, 1>>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::tanh_function>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::sigmoid_function>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<layer_types::hard_sigmoid_function>);
  STATIC_REQUIRE(layer_types::nondecreasing_function<softsign_function>);
  STATIC_REQUIRE_FALSE(layer_types::nondecreasing_function<layer_types::silu_function>);
  STATIC_REQUIRE_FALSE(layer_types::nondecreasing_function<layer_types::hard_swish_function>);
  STATIC_REQUIRE_FALSE(layer_types::nondecreasing_function<layer_types::gelu_function>);
  STATIC_REQUIRE_FALSE(layer_types::nondecreasing_function<layer_types::gelu_tanh_function>);
}

TEST_CASE("activations work in place at inference, and in training where their output is enough") {
  using needs_output = network<input<2, 3, 4> | average_pool<1> | hard_sigmoid | dense<2>>::program_type;
  using needs_input = network<input<2, 3, 4> | average_pool<1> | silu | dense<2>>::program_type;
  using has_slopes = network<input<2, 3, 4> | dense<24> | prelu | dense<2>>::program_type;
  STATIC_REQUIRE(fold::inference_plan<needs_output>::homes[2] == 1);
  STATIC_REQUIRE(needs_output::homes()[2] == 1);
  STATIC_REQUIRE(fold::inference_plan<needs_input>::homes[2] == 1);
  STATIC_REQUIRE(needs_input::homes()[2] == 2);
  STATIC_REQUIRE(fold::inference_plan<has_slopes>::homes[2] == 1);
  STATIC_REQUIRE(has_slopes::homes()[2] == 2);
}

namespace {
/// How many calls inference of a network makes, and what the first is.
template <auto Pipeline>
using plan_of = fold::inference_plan<typename network<Pipeline>::program_type>;
template <auto Pipeline>
constexpr int calls = [] {
  int count = 0;
  plan_of<Pipeline>::for_each_call([&]<int>() { ++count; });
  return count;
}();
constexpr auto conv = input<2, 8, 8> | conv2d<4, 3>(padding<1>);
}  // namespace

TEST_CASE("a product takes in the activation and the maximum of squares behind it") {
  STATIC_REQUIRE(calls<conv | silu | dense<2>> == 2);
  STATIC_REQUIRE(calls<conv | relu | max_pool<2> | dense<2>> == 2);
  STATIC_REQUIRE(calls<conv | max_pool<2> | silu | dense<2>> == 2);
  // silu falls somewhere: the maximum comes behind it, on its own.
  STATIC_REQUIRE(calls<conv | silu | max_pool<2> | dense<2>> == 3);
  // An odd number of rows: the last sums would be left out.
  STATIC_REQUIRE(calls<input<2, 9, 8> | conv2d<4, 3>(padding<1>) | max_pool<2> | dense<2>> == 3);
  // Other windows take in the activation that goes behind them.
  STATIC_REQUIRE(calls<conv | relu | max_pool<3>(stride<2>) | dense<2>> == 3);
  STATIC_REQUIRE(plan_of<conv | relu | max_pool<3>(stride<2>) | dense<2>>::calls[2].activation == 1);
  // What another layer reads is written.
  STATIC_REQUIRE(calls<conv | residual(relu | conv2d<4, 3>(padding<1>)) | dense<2>> == 5);
}

TEST_CASE("prelu has a slope for each channel, a quarter at first") {
  using net_type = network<input<2, 1, 3> | prelu>;
  STATIC_REQUIRE(net_type::total_cost().stored_parameters == 2);
  STATIC_REQUIRE(net_type::total_cost().multiplications == 6);
  net_type net;
  initialise(net, 1);
  CHECK(net.parameters == std::array{0.25f, 0.25f});
  net.parameters = {0.5f, -2.0f};
  std::array<float, 6> const image{-1, 0, 3, 4, -5, -0.5f};
  net_type::workspace<> workspace;
  auto const out = net.run(image.data(), workspace.data());
  CHECK(std::vector<float>(out.begin(), out.end()) == std::vector<float>{-0.5f, 0, 3, 4, 10, 1});
  // A slope is no weight: weight decay leaves it alone.
  training::parameter_space<net_type> const space;
  CHECK(space.roles() == std::vector{part_role::bias, part_role::bias});
}

TEST_CASE("the slopes of prelu take one byte each in a network of bytes") {
  constexpr auto pipeline = input<2, 3, 3> | conv2d<3, 2> | prelu | dense<2> | prelu;
  using bytes_type = network<pipeline, in_bytes>;
  STATIC_REQUIRE(bytes_type::total_cost().byte_parameters == network<pipeline>::total_cost().stored_parameters);
  network<pipeline> net;
  initialise(net, 3);
  bytes_type bytes;
  quantise(net, bytes);
  network<pipeline> decoded;
  dequantise(bytes, decoded);
  for (int const layer : {1, 3})
    for (int i = 0; i < net.parameter_count(layer); ++i)
      CHECK(decoded.parameters[std::size_t(net.first_parameter(layer) + i)] == 0.25f);
}

TEST_CASE("a user's function counts as it says") {
  constexpr cost c = network<input<2, 3, 4> | activation_layer<softsign_function>{}>::total_cost();
  STATIC_REQUIRE(c.multiplications == 0);
  STATIC_REQUIRE(c.additions == 24);
}

TEST_CASE("descriptions tell activations apart") {
  constexpr auto pipeline = input<2, 3, 4> | relu6 | bounded_relu<3, 2> | elu<> | elu<1, 2> | silu | hard_swish |
                            hard_sigmoid | gelu | gelu_tanh | prelu;
  CHECK(describe<network<pipeline>>() ==
        "input 2 x 3 x 4\n"
        "0 bounded_relu 6: 2 x 3 x 4\n"
        "1 bounded_relu 1.5: 2 x 3 x 4\n"
        "2 elu 1: 2 x 3 x 4\n"
        "3 elu 0.5: 2 x 3 x 4\n"
        "4 silu: 2 x 3 x 4\n"
        "5 hard_swish: 2 x 3 x 4\n"
        "6 hard_sigmoid: 2 x 3 x 4\n"
        "7 gelu: 2 x 3 x 4\n"
        "8 gelu_tanh: 2 x 3 x 4\n"
        "9 prelu: 2 x 3 x 4\n");
}
