// The samples in a file of weights: inputs whose outputs the network that is loaded must reproduce.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/failure.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_matching.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/text.hpp>

namespace polyfold::detail {

/// The images of a sample as C x H x W numbers one after the other; nothing where its shape is another one.
[[nodiscard]] inline std::optional<std::vector<float>> sample_images(stored_tensor const& t, shape each,
                                                                     bool channels_last) {
  std::vector<std::int64_t> wanted{each.channels, each.height, each.width};
  if (channels_last) wanted = {each.height, each.width, each.channels};
  bool const vector = each.pixels() == 1;
  auto const ends_with = [&](std::vector<std::int64_t> const& tail) {
    return (t.shape.size() == tail.size() || t.shape.size() == tail.size() + 1) &&
           std::equal(tail.rbegin(), tail.rend(), t.shape.rbegin());
  };
  if (!ends_with(wanted) && !(vector && ends_with({each.channels}))) return std::nullopt;
  std::vector<float> values = tensor_floats(t);
  if (values.empty()) return std::nullopt;
  if (!channels_last || vector) return values;
  std::vector<float> result(values.size());
  std::size_t const size = std::size_t(each.size());
  for (std::size_t first = 0; first < values.size(); first += size)
    for (int c = 0; c < each.channels; ++c)
      for (int i = 0; i < each.pixels(); ++i)
        result[first + std::size_t(c * each.pixels() + i)] = values[first + std::size_t(i * each.channels + c)];
  return result;
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
      else if (!core::all_finite(*values))
        matching.add_difference(what + ": expected finite numbers");
      else
        return std::move(*values);
      whole = false;
      return std::vector<float>();
    };
    checked_sample c{s.name, images(s.input, input), images(s.output, output)};
    std::size_t const inputs = c.inputs.size() / std::size_t(input.size());
    std::size_t const outputs = c.outputs.size() / std::size_t(output.size());
    if (whole && inputs != outputs) {
      matching.add_difference("sample " + s.name + ": " + std::to_string(inputs) + " inputs with " +
                              std::to_string(outputs) + " outputs");
      whole = false;
    }
    if (whole) checked.push_back(std::move(c));
  }
  return checked;
}

/// Runs the samples and compares; throws `failure` where the network disagrees.
template <class Network>
void replay(Network const& net, std::vector<checked_sample> const& samples, weight_source const& source,
            weight_options const& options, weight_mapping& mapping) {
  auto workspace = std::vector<float>(Network::workspace_size);
  std::size_t const size = Network::output_shape.size();
  text_stream worst;
  float worst_share = 0;
  for (checked_sample const& s : samples) {
    float largest = 0;
    for (float const v : s.outputs) largest = core::larger(largest, std::abs(v));
    // Outputs that are all zero are compared by themselves.
    float const scale = largest > 0 ? largest : 1;
    float const* input = s.inputs.data();
    for (std::size_t first = 0; first < s.outputs.size(); first += size, input += Network::input_shape.size()) {
      auto const outputs = net.run(input, workspace.data());
      ++mapping.samples;
      for (std::size_t k = 0; k < size; ++k) {
        float const found = outputs[int(k)];
        float const expected = s.outputs[first + k];
        // What is no number disagrees without measure.
        float const difference =
            core::is_finite(found) ? std::abs(found - expected) : (std::numeric_limits<float>::max)();
        mapping.largest_difference = core::larger(mapping.largest_difference, difference);
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
  mapping.print_rows(text);
  throw failure(text.str());
}

}  // namespace polyfold::detail
