// load_weights: trained weights from PyTorch, Keras or another framework into a network type.
//
//   network<lenet5> net;
//   weight_mapping const mapping = load_weights("lenet.npz", net);  // or .safetensors; ONNX: see io/onnx.hpp
//   mapping.print(std::cout);
//
// Layers are matched by name, by order or by the file's graph, axes are rearranged, samples in the file are replayed. What
// does not fit stops with one message that lists every difference, and the network stays as it was.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include <polyfold/io/file_access.hpp>
#include <polyfold/io/network_layer.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_matching.hpp>
#include <polyfold/io/weight_samples.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/network.hpp>

namespace polyfold {

/// Sets `net` to the weights of `source` and returns the mapping. Throws `failure`, and leaves `net` as it was, where a
/// tensor is missing, left over, of another shape, of an integer type or not finite, where the file states a graph (ONNX)
/// of which anything is not what the network's type computes, and where it carries samples that the network does not
/// reproduce.
template <class Network>
weight_mapping load_weights(weight_source const& source, Network& net, weight_options const& options = {}) try {
  std::vector<detail::network_layer> const layers = detail::layers_of<Network>();
  detail::weight_matching matching(source, layers, options, net.parameters.size());
  std::vector<detail::checked_sample> const samples =
      detail::checked_samples(source, Network::input_shape, Network::output_shape, matching);
  matching.check();
  weight_mapping mapping = matching.mapping();
  auto loaded = std::make_unique<Network>();
  if constexpr (std::tuple_size_v < decltype(net.parameters) >> 0)
    std::copy(matching.parameters().begin(), matching.parameters().end(), loaded->parameters.begin());
  detail::replay(*loaded, samples, source, options, mapping);
  net = *loaded;
  return mapping;
} catch (...) {
  detail::fail_to_read(source.path);
}

/// The same from a .npz or .safetensors file, which may claim what options.limits allow.
template <class Network>
weight_mapping load_weights(std::filesystem::path const& path, Network& net, weight_options const& options = {}) {
  return load_weights(read_weights(path, options.limits), net, options);
}

}  // namespace polyfold
