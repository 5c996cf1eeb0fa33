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
  auto const room = std::make_unique<typename Network::template workspace<float>>();
  auto const out = net.run(image.data(), room->data());
  return {out.begin(), out.end()};
}

/// For random coefficients, and for coefficients that were fitted to random weights: the folded network computes what
/// the dense network with the materialised weights computes.
template <auto FoldedPipeline, auto DensePipeline>
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
    CHECK(relative_error(outputs_of(*folded, image), outputs_of(*dense, image)) < folding_tolerance);
  }
}

/// A layer with and without cuts, on inputs of the given shape.
template <auto Input, auto Layer, auto... Cuts>
void cut_layer_equals_dense() {
  constexpr auto folded = Input | Layer(Cuts...);
  constexpr auto dense = Input | Layer;
  static_assert(polyfold::network<folded>::template layer_at<0>::spec.approximated != polyfold::approximation{},
                "the layer is not cut");
  folded_equals_dense<folded, dense>();
}

}  // namespace test
