// Networks with their batch norms folded away compute what they did before.
#include <memory>
#include <random>

#include <polyfold/fit/fold_batch_norm.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"

using namespace polyfold;

namespace {

constexpr auto trained =
    input<3, 8, 8> | conv2d<8, 3>(padding<1>, no_bias, along<axis::kernel, linear>) | batch_norm | relu |
    residual(conv2d<8, 3>(padding<1>) | batch_norm | relu | conv2d<8, 3>(padding<1>, no_bias) | batch_norm,
             conv2d<8, 1>(no_bias, along<axis::channel, segment<4>, linear>) | batch_norm) |
    relu | conv2d<4, 3>(no_bias, groups<2>) | batch_norm | conv2d<4, 1>(along<axis::output, linear>) | batch_norm |
    conv2d<4, 3>(bias_along<linear>) | batch_norm | dense<5>;
constexpr auto exported = without_batch_norm(trained);

}  // namespace

TEST_CASE("A batch norm that reads something else than the layer before it becomes a scale and a shift") {
  constexpr auto branches = input<2, 4, 4> | residual(conv2d<2, 3>(padding<1>), batch_norm | conv2d<2, 1>) |
                            conv2d<3, 1> | residual(batch_norm | relu) | dense<3>;
  constexpr auto expected = input<2, 4, 4> | residual(conv2d<2, 3>(padding<1>), scale_shift | conv2d<2, 1>) |
                            conv2d<3, 1> | residual(scale_shift | relu) | dense<3>;
  STATIC_REQUIRE(std::is_same_v<decltype(without_batch_norm(branches)), std::remove_cvref_t<decltype(expected)>>);
}

TEST_CASE("Batch norm folds into the layer before, where that has numbers of its own for every filter") {
  using source_type = network<trained>;
  using target_type = network<exported>;
  // Five of the seven batch norms are gone; the layers with cut outputs and cut biases cannot take theirs up.
  STATIC_REQUIRE(source_type::layers - target_type::layers == 5);
  // 4 numbers a channel go, a bias a filter comes where there was none: 8 + 8 + 8 + 8 + 4 channels, 28 new biases. Where
  // batch norm is not taken up, 2 of 4 numbers a channel stay, but no biases, of which there were 4, and 2 that are cut.
  STATIC_REQUIRE(source_type::total_cost().stored_parameters - target_type::total_cost().stored_parameters ==
                 4 * 36 - 28 + 2 * 4 + 4 + 2 * 4 + 2);
  // The dense network beside it would have taken its own up.
  constexpr auto dense = without_batch_norm(input<3, 8, 8> | conv2d<4, 1>(no_bias) | batch_norm);
  constexpr auto cut =
      without_batch_norm(input<3, 8, 8> | conv2d<4, 1>(no_bias, along<axis::output, linear>) | batch_norm);
  STATIC_REQUIRE(network<cut>::total_cost().dense_parameters == network<dense>::total_cost().dense_parameters);
  STATIC_REQUIRE(network<cut>::total_cost().dense_additions == network<dense>::total_cost().dense_additions);

  auto source = std::make_unique<source_type>();
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(0.25f, 1.0f);
  for (float& v : source->parameters) v = uniform(random) * (random() % 2 == 0 ? 1.0f : -1.0f);
  // Variances are positive.
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          if constexpr (std::is_same_v<source_type::layer_at<I>, layer_types::batch_norm_layer>) {
            int const last = source_type::first_parameter(I + 1);
            for (int i = last - source_type::parameter_count(I) / 4; i < last; ++i)
              source->parameters[std::size_t(i)] = uniform(random);
          }
        }(),
        ...);
  }
  (std::make_integer_sequence<int, source_type::layers>{});
  auto target = std::make_unique<target_type>();
  fold_batch_norm(*source, *target);

  tensor<float, source_type::input_shape> image;
  for (float& v : image.values) v = uniform(random) - 0.6f;
  source_type::workspace<float> workspace;
  target_type::workspace<float> folded_workspace;
  auto const expected = source->run(image, workspace);
  auto const found = target->run(image, folded_workspace);
  float largest = 0;
  for (float const v : expected) largest = std::max(largest, std::abs(v));
  for (int i = 0; i < expected.size(); ++i) CHECK(std::abs(found[i] - expected[i]) <= 1e-5f * largest);
}
