// Recomputes batch norm's running statistics, which no longer hold once the weights before it have been replaced.
#pragma once

#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/lanes.hpp>
#include <polyfold/train/dataset.hpp>
#include <polyfold/train/parameters.hpp>
#include <polyfold/train/tape.hpp>

namespace polyfold {

/// Sets every mean and variance to their average over the first `images` images of `data`, 16 at a time. Each group
/// passes with statistics of its own, as in training.
template <class Network>
void recalibrate_batch_norm(Network& net, dataset const& data, std::size_t images = 2048) {
  using scalar_type = lanes<float, 16>;
  constexpr std::size_t group = 16;
  if (!(data.image_shape() == Network::input_shape))
    throw failure("recalibrate_batch_norm: the images do not have the shape that the network reads");
  images = core::smaller(images, data.size());
  if (images < group)
    throw failure("recalibrate_batch_norm: " + std::to_string(images) + " images; expected 16 at least");
  training::parameter_space<Network> const space;
  training::tape<Network, scalar_type> passes;
  std::vector<scalar_type> input(Network::input_shape.size());
  std::vector<float> sums(net.parameters.size(), 0.0f);
  std::size_t const groups = images / group;
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t lane = 0; lane < group; ++lane) data.load(g * group + lane, input.data(), int(lane));
    passes.forward(net, input.data(), g);
    passes.add_statistics(net, sums.data());
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (space.roles()[i] == part_role::statistic) net.parameters[i] = sums[i] / float(groups);
}

}  // namespace polyfold
