// Narrow models from end to end, and the layers that they brought, against PyTorch.

#include <cmath>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/fit/fold_batch_norm.hpp>
#include <polyfold/inference.hpp>

#include "catch.hpp"
#include "support/goldens.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

using namespace polyfold;

namespace {

constexpr double tolerance = 5e-6;

/// The numbers that the script draws: weights scaled by the power of two next to two over the root of their fan-in, batch
/// norms near the identity.
template <class Network>
void set_hashed(Network& net) {
  test::random_numbers random(0);
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (
        [&] {
          using layer_type = typename Network::template layer_at<I>;
          float* number = net.parameters.data() + Network::first_parameter(I);
          auto const draw = [&](int count, auto of) {
            for (int i = 0; i < count; ++i) *number++ = of(random.uniform());
          };
          if constexpr (weighted_layer<layer_type>) {
            constexpr int filters = layer_type::spec.filters;
            constexpr int biases = layer_type::spec.bias ? filters : 0;
            int const weights = Network::parameter_count(I) - biases;
            float const scale = std::exp2(1 - std::floor(0.5f * std::log2(float(weights / filters))));
            draw(weights, [&](float u) { return scale * u; });
            draw(biases, [](float u) { return 0.25f * u; });
          } else if constexpr (std::is_same_v<layer_type, layer_types::batch_norm_layer>) {
            int const channels = Network::parameter_count(I) / 4;
            draw(channels, [](float u) { return 1 + 0.5f * u; });
            draw(2 * channels, [](float u) { return 0.25f * u; });
            draw(channels, [](float u) { return 0.5f + std::abs(u); });
          }
        }(),
        ...);
  }
  (std::make_integer_sequence<int, Network::layers>{});
}

/// Outputs for the two images that the script draws.
template <class Network>
std::vector<float> outputs_of(Network const& net) {
  test::random_numbers random(1000000);
  auto const image = std::make_unique<tensor<float, Network::input_shape>>();
  auto const workspace = std::make_unique<typename Network::template workspace<float>>();
  std::vector<float> outputs;
  for (int n = 0; n < 2; ++n) {
    for (float& pixel : image->values) pixel = random.uniform();
    for (float const y : net.run(*image, *workspace)) outputs.push_back(y);
  }
  return outputs;
}

template <auto Pipeline>
void compare(std::string const& name) {
  INFO(name);
  static test::goldens const file("models");
  std::vector<float> const expected = file[name + ".output"];
  auto const net = std::make_unique<network<Pipeline>>();
  set_hashed(*net);
  std::vector<float> const outputs = outputs_of(*net);
  REQUIRE(outputs.size() == expected.size());
  CHECK(test::relative_error(outputs, expected) < tolerance);

  constexpr auto folded_pipeline = without_batch_norm(Pipeline);
  if constexpr (!std::is_same_v<decltype(folded_pipeline), decltype(Pipeline) const>) {
    using folded_type = network<folded_pipeline>;
    auto const folded = std::make_unique<folded_type>();
    fold_batch_norm(*net, *folded);
    CHECK(test::relative_error(outputs_of(*folded), expected) < tolerance);
  }
}

/// Depth 8, four filters, images of 13 x 11.
constexpr resnet_form narrow(shortcut s) {
  return {.classes = 7, .image = {3, 13, 11}, .width = 4, .blocks = {1, 1, 1, 0}, .shortcuts = s};
}

}  // namespace

TEST_CASE("ResNets are PyTorch's, with and without their batch norms") {
  compare<make_resnet<narrow(shortcut::padding)>()>("resnet8_padding");
  compare<make_resnet<narrow(shortcut::convolution)>()>("resnet8_convolution");
}

TEST_CASE("VGG16 is PyTorch's, with and without its batch norms") {
  compare<make_vgg16<vgg16_form{5, {3, 64, 32}, 4, true, 9}>()>("vgg16");
}

TEST_CASE("AlexNet with groups and local response norm is PyTorch's") {
  compare<make_alexnet<alexnet_form{6, {3, 67, 67}, {8, 12, 16, 16, 8}, true, 10}>()>("alexnet");
}

TEST_CASE("Padded identities are PyTorch's subsampling and F.pad") {
  compare<input<2, 5, 4> | padded_identity<5, 2>>("padded_identity");
  compare<input<2, 7, 6> | padded_identity<5, 3, 0>>("padded_identity_behind");
}

TEST_CASE("Local response norm is PyTorch's, which divides alpha by the size") {
  compare<input<5, 2, 3> | local_response_norm<3, 1, 1, 2>>("local_response_norm");
}
