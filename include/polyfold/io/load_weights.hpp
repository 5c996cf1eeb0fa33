// load_weights: trained weights from PyTorch, Keras or another framework into a network type.
//
//   network<lenet5> net;
//   weight_mapping const mapping = load_weights("lenet.npz", net);  // or .safetensors; ONNX: see io/onnx.hpp
//   mapping.print(std::cout);
//
// Layers are matched by name or by order, axes are rearranged, samples in the file are replayed. What does not fit stops
// with one message that lists every difference, and the network stays as it was.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/error.hpp>
#include <polyfold/io/file_access.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_matching.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/options.hpp>
#include <polyfold/layers/prelu.hpp>
#include <polyfold/network.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

namespace detail {

/// Layer I as a slot; nothing for layers that store no numbers.
template <class Network, int I>
[[nodiscard]] std::optional<weight_slot> slot_of() {
  using layer_type = typename Network::template layer_at<I>;
  constexpr shape in = Network::template layer_input_shape<I>();
  weight_slot s{.layer = I, .name = layer_type::name, .first_number = std::size_t(Network::first_number(I))};
  if constexpr (weighted_layer<layer_type>) {
    constexpr convolution_spec spec = layer_type::spec;
    static_assert(spec.approximated == approximation{},
                  "polyfold: a file holds exact weights: load them into the network without approximations, then fit "
                  "that to this one");
    s.outputs = spec.filters;
    s.groups = spec.groups;
    s.channels = in.channels / spec.groups;
    s.bias = spec.bias;
    s.input_height = in.height;
    s.input_width = in.width;
    s.height = in.height;
    s.width = in.width;
    if constexpr (requires { layer_type::sliding; }) {
      s.slides = true;
      s.height = spec.kernel_height;
      s.width = spec.kernel_width;
      s.stride = spec.stride;
      s.padding = spec.padding;
    }
    s.whole_input = s.height == in.height && s.width == in.width && s.padding == 0 && s.groups == 1;
    return s;
  } else if constexpr (std::is_same_v<layer_type, batch_norm_layer>) {
    s.is = weight_module::kind::normalising;
    s.outputs = in.channels;
    return s;
  } else if constexpr (std::is_same_v<layer_type, prelu_layer>) {
    s.is = weight_module::kind::slopes;
    s.outputs = in.channels;
    return s;
  } else {
    static_assert(Network::number_count(I) == 0, "polyfold: load_weights does not know this layer's numbers");
    return std::nullopt;
  }
}

template <class Network>
[[nodiscard]] std::vector<weight_slot> slots_of() {
  std::vector<weight_slot> slots;
  auto const add = [&](std::optional<weight_slot> s) {
    if (s) slots.push_back(std::move(*s));
  };
  [&]<int... I>(std::integer_sequence<int, I...>) { (add(slot_of<Network, I>()), ...); }
  (std::make_integer_sequence<int, Network::layers>{});
  return slots;
}

/// A sample's numbers, image after image.
struct checked_sample {
  std::string name;
  std::vector<float> inputs;
  std::vector<float> outputs;
};

/// The samples of a file, or a difference for each that is none of a network with these shapes.
[[nodiscard]] inline std::vector<checked_sample> checked_samples(weight_source const& source, shape input, shape output,
                                                                 weight_matching& matching) {
  std::vector<checked_sample> checked;
  for (weight_sample const& s : source.samples) {
    bool whole = true;
    auto const images = [&](stored_tensor const& t, shape each) {
      std::optional<std::vector<float>> values;
      if (is_floating(t.type)) values = sample_images(t, each, source.samples_channels_last);
      std::string const what = "sample '" + t.name + "' " + std::string(dtype_name(t.type)) + " " + shape_text(t.shape);
      if (!values)
        matching.add_difference(what + ": expected floating numbers, a batch of " + std::to_string(each.channels) +
                                " x " + std::to_string(each.height) + " x " + std::to_string(each.width) +
                                (source.samples_channels_last ? " with the channels last" : ""));
      else if (!all_finite(*values))
        matching.add_difference(what + ": expected finite numbers");
      else
        return std::move(*values);
      whole = false;
      return std::vector<float>();
    };
    checked_sample c{s.name, images(s.input, input), images(s.output, output)};
    if (whole && c.inputs.size() / std::size_t(input.size()) != c.outputs.size() / std::size_t(output.size())) {
      matching.add_difference("sample " + s.name + ": " + std::to_string(c.inputs.size() / std::size_t(input.size())) +
                              " inputs with " + std::to_string(c.outputs.size() / std::size_t(output.size())) +
                              " outputs");
      whole = false;
    }
    if (whole) checked.push_back(std::move(c));
  }
  return checked;
}

/// Runs the samples and compares; throws `error` where the network disagrees.
template <class Network>
void replay(Network const& net, std::vector<checked_sample> const& samples, weight_source const& source,
            weight_options const& options, weight_mapping& mapping) {
  auto room = std::vector<float>(std::size_t(Network::workspace_size));
  std::size_t const size = std::size_t(Network::output_shape.size());
  text_stream worst;
  float worst_share = 0;
  for (checked_sample const& s : samples) {
    float largest = 0;
    for (float const v : s.outputs) largest = larger(largest, std::abs(v));
    // Outputs that are all zero are compared by themselves.
    float const scale = largest > 0 ? largest : 1;
    float const* input = s.inputs.data();
    for (std::size_t first = 0; first < s.outputs.size(); first += size, input += Network::input_shape.size()) {
      auto const outputs = net.run(input, room.data());
      ++mapping.samples;
      for (std::size_t k = 0; k < size; ++k) {
        float const found = outputs[int(k)];
        float const expected = s.outputs[first + k];
        // What is no number disagrees without measure.
        float const difference = is_finite(found) ? std::abs(found - expected) : (std::numeric_limits<float>::max)();
        mapping.largest_difference = larger(mapping.largest_difference, difference);
        if (difference / scale <= worst_share) continue;
        worst_share = difference / scale;
        worst.str("");
        worst << "sample " << s.name << ", image " << first / size << ", output " << k << " is " << found
              << "; expected " << expected << "; the largest difference is " << worst_share
              << " of the sample's largest output, at most " << options.tolerance << " is allowed";
      }
    }
  }
  if (worst_share <= options.tolerance) return;
  text_stream text;
  text << source.path.string() << ": the network does not compute what the file's samples say: " << worst.str()
       << ". Compare the network's layers with the file's, and this mapping:\n";
  mapping.samples = 0;
  mapping.print(text);
  throw error(text.str());
}

}  // namespace detail

/// Sets `net` to the weights of `source` and returns the mapping. Throws `error`, and leaves `net` as it was, where a
/// tensor is missing, left over, of another shape, of an integer type or not finite, where a convolution of an ONNX file
/// slides otherwise, and where the file carries samples that the network does not reproduce.
template <class Network>
weight_mapping load_weights(weight_source const& source, Network& net, weight_options const& options = {}) try {
  detail::weight_matching matching(source, detail::slots_of<Network>(), options, net.numbers.size());
  std::vector<detail::checked_sample> const samples =
      detail::checked_samples(source, Network::input_shape, Network::output_shape, matching);
  matching.check();
  weight_mapping mapping = matching.mapping();
  auto loaded = std::make_unique<Network>();
  std::copy(matching.numbers().begin(), matching.numbers().end(), loaded->numbers.begin());
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
