// NaN and infinity go through layers as they do in PyTorch, for one image and for many side by side, in networks of floats
// and of bytes, at inference and in training.

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>
#include <polyfold/train/tape.hpp>

#include "catch.hpp"
#include "support/random.hpp"

using namespace polyfold;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();
using batch = lanes<float, 16>;

/// Equal, where NaN equals NaN.
bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <auto Pipeline>
std::vector<float> outputs_of(std::vector<float> const& image) {
  auto const net = std::make_unique<network<Pipeline>>();
  typename network<Pipeline>::template workspace<float> workspace;
  auto const out = net->run(image.data(), workspace.data());
  return {out.begin(), out.end()};
}

bool same(std::vector<float> const& a, std::vector<float> const& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) { return same(x, y); });
}

/// f at NaN, infinity and minus infinity.
template <class Layer>
bool values_are(Layer, float at_infinity, float at_minus_infinity) {
  using function = typename Layer::function;
  bool good = true;
  auto const check = [&](float x, float expected) {
    batch many(0.5f);
    many.set(3, x);
    many = function::value(many);
    good = good && same(function::value(x), expected) && same(many[3], expected) && std::isfinite(many[4]);
  };
  check(no_number, no_number);
  check(inf, at_infinity);
  check(-inf, at_minus_infinity);
  return good;
}

/// Whether every output is NaN, in every engine, wherever one pixel is.
template <auto Pipeline>
void check_reaches_outputs() {
  using net_type = network<Pipeline>;
  using bytes_type = network<Pipeline, in_bytes>;
  auto const net = std::make_unique<net_type>();
  test::random_numbers random(5);
  test::randomise(*net, random, 0.2f);
  auto const bytes = std::make_unique<bytes_type>();
  quantise(*net, *bytes);
  auto const workspace = std::make_unique<typename net_type::template workspace<float>>();
  auto const bytes_workspace = std::make_unique<typename bytes_type::template workspace<float>>();
  training::tape<net_type, batch> many;
  bool floats_good = true, bytes_good = true, many_good = true, others_good = true;
  for (int i = 0; i < net_type::input_shape.size(); i += 37) {
    std::vector<float> image(std::size_t(net_type::input_shape.size()));
    random.fill(image);
    std::vector<batch> images(image.size());
    for (std::size_t k = 0; k < image.size(); ++k) images[k] = batch(image[k]);
    image[std::size_t(i)] = no_number;
    images[std::size_t(i)].set(5, no_number);
    auto const of_floats = net->run(image.data(), workspace->data());
    auto const of_bytes = bytes->run(image.data(), bytes_workspace->data());
    batch const* const of_many = many.forward(*net, images.data(), 0);
    for (int k = 0; k < net_type::output_shape.size(); ++k) {
      floats_good = floats_good && std::isnan(of_floats[k]);
      bytes_good = bytes_good && std::isnan(of_bytes[k]);
      many_good = many_good && std::isnan(of_many[k][5]);
      others_good = others_good && std::isfinite(of_many[k][4]);
    }
  }
  CHECK(floats_good);
  CHECK(bytes_good);
  CHECK(many_good);
  CHECK(others_good);
}

/// The maxima of 2 maps of 9 x 7 random pixels, one of which is NaN, are those taken pixel by pixel.
template <auto Pool>
void check_windows() {
  using net_type = network<input<2, 9, 7> | Pool>;
  constexpr shape in = net_type::input_shape, out = net_type::output_shape;
  constexpr window w = decltype(Pool)::sliding(in);
  test::random_numbers random(3);
  bool good = true;
  training::tape<net_type, batch> many;
  for (int missing = 0; missing < in.size(); ++missing) {
    std::vector<float> image(std::size_t(in.size()));
    random.fill(image);
    image[std::size_t(missing)] = no_number;
    std::vector<batch> const images(image.begin(), image.end());
    auto const floats = outputs_of<input<2, 9, 7> | Pool>(image);
    batch const* const of_many = many.forward(net_type{}, images.data(), 0);
    for (int i = 0; i < out.size(); ++i) {
      int const c = i / out.pixels(), y = i % out.pixels() / out.width, x = i % out.width;
      float expected = -inf;
      for (int iy = w.y.start(y); iy < w.y.start(y) + w.y.size; ++iy)
        for (int ix = w.x.start(x); ix < w.x.start(x) + w.x.size; ++ix)
          if (iy >= 0 && iy < in.height && ix >= 0 && ix < in.width) {
            float const pixel = image[std::size_t((c * in.height + iy) * in.width + ix)];
            if (std::isnan(pixel) || pixel > expected) expected = pixel;
          }
      good = good && same(floats[std::size_t(i)], expected) && same(of_many[i][7], expected);
    }
  }
  CHECK(good);
}

}  // namespace

TEST_CASE("maxima and bounds of NaN") {
  auto const check = [](float a, float b, float larger) {
    CHECK(same(maximum(a, b), larger));
    CHECK(same(maximum(batch(a), batch(b))[9], larger));
  };
  check(no_number, 1, no_number);
  check(1, no_number, no_number);
  check(no_number, -inf, no_number);
  check(inf, no_number, no_number);
  check(-inf, -inf, -inf);
  check(-inf, 2, 2);
  check(inf, 2, inf);
  CHECK(std::isnan(at_least(no_number, 0.0f)));
  CHECK(std::isnan(at_most(no_number, 0.0f)));
  CHECK(std::isnan(at_least(batch(no_number), batch(0.0f))[9]));
  CHECK(std::isnan(at_most(batch(no_number), batch(0.0f))[9]));
}

TEST_CASE("the largest of four numbers is the first of the largest, and NaN where one is") {
  std::vector<float> const values{no_number, -inf, -1, -0.0f, 0.0f, 2, inf};
  bool floats_good = true, many_good = true, others_good = true;
  for (std::size_t i = 0; i < 7 * 7 * 7 * 7; ++i) {
    std::vector<float> const v{values[i % 7], values[i / 7 % 7], values[i / 49 % 7], values[i / 343]};
    bool const none = std::any_of(v.begin(), v.end(), [](float x) { return std::isnan(x); });
    float const expected = none ? no_number : *std::max_element(v.begin(), v.end());
    auto const is_expected = [&](float x) {
      return same(x, expected) && (none || std::signbit(x) == std::signbit(expected));
    };
    floats_good = floats_good && is_expected(maximum(v[0], v[1], v[2], v[3]));
    batch many[4] = {batch(1), batch(2), batch(3), batch(4)};
    for (std::size_t k = 0; k < 4; ++k) many[k].set(6, v[k]);
    batch const largest = maximum(many[0], many[1], many[2], many[3]);
    many_good = many_good && is_expected(largest[6]) && largest[7] == 4;
    // A scalar with a maximum of two only.
    others_good = others_good && is_expected(maximum<float>(v[0], v[1], v[2], v[3]));
  }
  CHECK(floats_good);
  CHECK(many_good);
  CHECK(others_good);
}

TEST_CASE("activations of NaN and infinity") {
  CHECK(values_are(relu, inf, 0));
  CHECK(values_are(relu6, 6, 0));
  CHECK(values_are(leaky_relu<>, inf, -inf));
  CHECK(values_are(elu<2>, inf, -2));
  CHECK(values_are(tanh_activation, 1, -1));
  CHECK(values_are(sigmoid, 1, 0));
  CHECK(values_are(hard_sigmoid, 1, 0));
  // x times a number that is 0 at minus infinity.
  CHECK(values_are(silu, inf, no_number));
  CHECK(values_are(hard_swish, inf, no_number));
  CHECK(values_are(gelu, inf, no_number));
  CHECK(values_are(gelu_tanh, inf, no_number));
}

TEST_CASE("a NaN pixel reaches the outputs whose window it is under, and no others") {
  check_windows<max_pool<1>>();
  check_windows<max_pool<2>>();
  check_windows<max_pool<2>(stride<1>, padding<1>)>();
  check_windows<max_pool<3>(stride<2>, padding<1>)>();
  check_windows<max_pool<4>(stride<3>, padding<2>)>();
  check_windows<max_pool<5>(padding<1>)>();
}

TEST_CASE("max pooling of NaN and infinity") {
  // Padding is minus infinity: a window full of it keeps it.
  std::vector<float> image(25, -inf);
  CHECK(same(outputs_of<input<1, 5, 5> | max_pool<3>(stride<2>, padding<1>)>(image), std::vector<float>(9, -inf)));
  image[12] = no_number;
  CHECK(same(outputs_of<input<1, 5, 5> | max_pool<3>(stride<2>, padding<1>)>(image),
             {-inf, -inf, -inf, -inf, no_number, -inf, -inf, -inf, -inf}));
  for (int i = 0; i < 4; ++i) {
    std::vector<float> window{1, inf, -2, -inf};
    CHECK(outputs_of<input<1, 2, 2> | max_pool<2>>(window)[0] == inf);
    window[std::size_t(i)] = no_number;
    CHECK(std::isnan(outputs_of<input<1, 2, 2> | max_pool<2>>(window)[0]));
    CHECK(std::isnan(outputs_of<input<1, 2, 2> | relu | max_pool<2>>(window)[0]));
    CHECK(std::isnan(outputs_of<input<1, 2, 2> | max_pool<2> | relu>(window)[0]));
  }
}

TEST_CASE("gradients of maxima of NaN and of minus infinity go to one input") {
  using net_type = network<input<1, 2, 4> | max_pool<2>>;
  net_type const net;
  training::tape<net_type, batch> passes;
  for (float const v : {no_number, -inf, inf}) {
    std::vector<batch> image(8, batch(v));
    std::vector<batch> gradient(8, batch(0.0f));
    (void)passes.forward(net, image.data(), 0);
    passes.output_gradient()[0] = batch(3.0f);
    passes.backward(net, nullptr, gradient.data());
    int given = 0;
    for (batch const& g : gradient) given += g[2] == 3.0f;
    CHECK(given == 1);
  }
}

TEST_CASE("softmax of huge, infinite and missing numbers") {
  constexpr auto pipeline = input<3, 1, 1> | softmax;
  CHECK(same(outputs_of<pipeline>({1e30f, -1e30f, 3e38f}), {0, 0, 1}));
  CHECK(same(outputs_of<pipeline>({1e30f, 1e30f, -inf}), {0.5f, 0.5f, 0}));
  CHECK(same(outputs_of<pipeline>({inf, 0, 0}), {no_number, no_number, no_number}));
  CHECK(same(outputs_of<pipeline>({-inf, -inf, -inf}), {no_number, no_number, no_number}));
  CHECK(same(outputs_of<pipeline>({0, no_number, 1}), {no_number, no_number, no_number}));
  CHECK(same(outputs_of<pipeline>({no_number, 0, 1}), {no_number, no_number, no_number}));
}

TEST_CASE("a NaN pixel reaches every output of a LeNet-5") {
  check_reaches_outputs<lenet5>();
  check_reaches_outputs<make_lenet5(silu)>();
  check_reaches_outputs<lenet5_small>();
}

TEST_CASE("a NaN pixel reaches every output of a LeNet-5 with flat cuts and arranged weights") {
  check_reaches_outputs<lenet5_paper>();
  check_reaches_outputs<lenet5_arranged>();
}
