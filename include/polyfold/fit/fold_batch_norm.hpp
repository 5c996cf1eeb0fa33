// Folds batch norm into the convolution before it, for inference: y = scale (W x + b - mean) + beta with
// scale = gamma / sqrt(variance + 1e-5) is a convolution with scaled coefficients and another bias.
//
//   constexpr auto exported = without_batch_norm(trained);   // see layers/without_batch_norm.hpp
//   fold_batch_norm(net, target);                            // network<trained> to network<exported>
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <polyfold/fit/fit.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/without_batch_norm.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

namespace detail {

template <int I, int J, class Source, class Target>
void copy_map(Source const& source, Target& target) {
  std::copy_n(source.maps.data() + Source::first_map_byte(I), Source::first_map_byte(I + 1) - Source::first_map_byte(I),
              target.maps.data() + Target::first_map_byte(J));
}

struct scale_and_shift {
  float scale;
  float shift;
};
/// What batch norm I does once it is trained: y = scale x + shift, per channel.
template <int I, class Network>
std::vector<scale_and_shift> trained_batch_norm(Network const& net) {
  constexpr int channels = Network::parameter_count(I) / 4;
  float const* const gamma = net.parameters.data() + Network::first_parameter(I);
  float const* const beta = gamma + channels;
  float const* const mean = beta + channels;
  float const* const variance = mean + channels;
  std::vector<scale_and_shift> maps;
  for (int c = 0; c < channels; ++c) {
    float const scale = gamma[c] / square_root(variance[c] + batch_norm_epsilon);
    maps.push_back({scale, beta[c] - mean[c] * scale});
  }
  return maps;
}

inline void store_scale_shift(std::vector<scale_and_shift> const& maps, float* parameters) {
  for (std::size_t c = 0; c < maps.size(); ++c) {
    parameters[c] = maps[c].scale;
    parameters[maps.size() + c] = maps[c].shift;
  }
}

/// Copies the numbers of layers I and on of `source` to layers J and on of `target`.
template <int I, int J, class Source, class Target>
void copy_folded(Source const& source, Target& target) {
  if constexpr (I < Source::layers) {
    using from = typename Source::template layer_at<I>;
    float const* const parameters = source.parameters.data() + Source::first_parameter(I);
    float* const stored = target.parameters.data() + Target::first_parameter(J);
    copy_map<I, J>(source, target);
    if constexpr (std::is_same_v<from, layer_types::batch_norm_layer>) {
      store_scale_shift(trained_batch_norm<I>(source), stored);
      copy_folded<I + 1, J + 1>(source, target);
    } else if constexpr (std::is_same_v<from, typename Target::template layer_at<J>>) {
      std::copy_n(parameters, Source::parameter_count(I), stored);
      copy_folded<I + 1, J + 1>(source, target);
    } else {
      std::vector<scale_and_shift> maps = trained_batch_norm<I + 1>(source);
      if constexpr (from::spec.bias) {
        std::vector<float> const biases = dense_biases<I>(source);
        for (std::size_t c = 0; c < maps.size(); ++c) maps[c].shift += biases[c] * maps[c].scale;
      }
      constexpr int coefficients = from::template folded<Source::template layer_input_shape<I>()>::coefficients;
      if constexpr (takes_batch_norm<from>) {
        constexpr int per_filter = coefficients / from::spec.filters;
        for (int i = 0; i < coefficients; ++i) stored[i] = parameters[i] * maps[std::size_t(i / per_filter)].scale;
        std::transform(maps.begin(), maps.end(), stored + coefficients,
                       [](scale_and_shift const& m) { return m.shift; });
        copy_folded<I + 2, J + 1>(source, target);
      } else {
        std::copy_n(parameters, coefficients, stored);
        store_scale_shift(maps, target.parameters.data() + Target::first_parameter(J + 1));
        copy_folded<I + 2, J + 2>(source, target);
      }
    }
  } else {
    static_assert(J == Target::layers);
  }
}

}  // namespace detail

/// Sets `target`, a network of without_batch_norm(pipeline), to what `source`, a network of the pipeline, computes.
template <auto Pipeline, auto Folded>
void fold_batch_norm(network<Pipeline> const& source, network<Folded>& target) {
  constexpr bool folded = std::is_same_v<decltype(without_batch_norm(Pipeline)), std::remove_cvref_t<decltype(Folded)>>;
  static_assert(folded, "polyfold: batch norm is folded into a network of without_batch_norm(pipeline)");
  if constexpr (folded && network<Pipeline>::right) detail::copy_folded<0, 0>(source, target);
}

}  // namespace polyfold
