// Folded inference against inference on the weights that the coefficients stand for.
#pragma once

#include <memory>
#include <vector>

#include <polyfold/core/lanes.hpp>
#include <polyfold/fit/fit.hpp>
#include <polyfold/network.hpp>

#include "catch.hpp"
#include "support/random.hpp"
#include "support/reference.hpp"

namespace test {

/// Float32 rounding of sums over a few hundred inputs, relative to the largest output; moments of order 2 and more
/// cancel some digits on the way.
inline constexpr double folding_tolerance = 2e-5;

template <class Network>
[[nodiscard]] std::vector<float> outputs_of(Network const& net, std::vector<float> const& image) {
  auto const workspace = std::make_unique<typename Network::template workspace<float>>();
  auto const out = net.run(image.data(), workspace->data());
  return {out.begin(), out.end()};
}

/// The same in one of the lanes of a scalar.
template <class Network>
[[nodiscard]] std::vector<float> outputs_in_lane(Network const& net, std::vector<float> const& image, int lane) {
  using scalar = polyfold::lanes<float, 16>;
  std::vector<scalar> in(image.size(), scalar(0.0f));
  for (std::size_t i = 0; i < image.size(); ++i) in[i].set(lane, image[i]);
  std::vector<scalar> workspace(static_cast<std::size_t>(Network::workspace_size));
  std::vector<float> result;
  for (scalar const& out : net.run(in.data(), workspace.data())) result.push_back(out[lane]);
  return result;
}

/// Whether the folded network is run in lanes too: where it takes another way there.
enum class in_lanes { no, yes };

/// For random coefficients, and for coefficients that were fitted to random weights: the folded network computes what
/// the dense network with the materialised weights computes.
template <auto FoldedPipeline, auto DensePipeline, in_lanes Lanes = in_lanes::no>
void folded_equals_dense() {
  using folded_type = polyfold::network<FoldedPipeline>;
  using dense_type = polyfold::network<DensePipeline>;
  static_assert(folded_type::output_shape == dense_type::output_shape);
  auto const folded = std::make_unique<folded_type>();
  auto const dense = std::make_unique<dense_type>();
  std::vector<float> image(std::size_t(folded_type::input_shape.size()));
  for (std::uint64_t const seed : {1u, 2u, 3u, 4u}) {
    random_numbers random(seed);
    if (seed % 2 == 0) {
      randomise(*dense, random, 0.3f);
      polyfold::fit(*dense, *folded);
    } else {
      randomise(*folded, random, 0.3f);
    }
    polyfold::fit(*folded, *dense);
    random.fill(image);
    INFO("seed " << seed);
    std::vector<float> const expected = outputs_of(*dense, image);
    CHECK(relative_error(outputs_of(*folded, image), expected) < folding_tolerance);
    if constexpr (Lanes == in_lanes::yes)
      CHECK(relative_error(outputs_in_lane(*folded, image, 5), expected) < folding_tolerance);
  }
}

/// A layer with and without cuts, on inputs of the given shape.
template <auto Input, auto Layer, auto... Cuts>
void cut_layer_equals_dense() {
  constexpr auto folded = Input | Layer(Cuts...);
  constexpr auto dense = Input | Layer;
  constexpr polyfold::approximation cuts = polyfold::network<folded>::template layer_at<0>::spec.approximated;
  static_assert(cuts != polyfold::approximation{}, "the layer is not cut");
  folded_equals_dense<folded, dense, cuts.arranged.used ? in_lanes::yes : in_lanes::no>();
}

}  // namespace test
