// Puts the tensors of a file's modules into the numbers of a network, rearranged and converted, and says what does not fit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/io/network_layer.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_module.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/stored_part.hpp>
#include <polyfold/text.hpp>

namespace polyfold::detail {

[[nodiscard]] inline std::string layout_text(io::weight_layout layout) {
  std::string const inputs = layout.channels_last ? "H W C" : "C H W";
  return layout.outputs_first ? "O " + inputs : inputs + " O";
}

/// The weights of a slot in the network's order, O C H W.
[[nodiscard]] inline std::vector<float> arrange_axes(std::vector<float> const& values, weight_slot const& s,
                                                     io::weight_layout layout) {
  if (layout == io::weight_layout{}) return values;
  float const* const from = values.data();
  std::vector<float> result(values.size());
  std::size_t to = 0;
  for (int m = 0; m < s.outputs; ++m)
    for (int c = 0; c < s.channels; ++c)
      for (int y = 0; y < s.height; ++y)
        for (int x = 0; x < s.width; ++x) {
          int const input =
              layout.channels_last ? (y * s.width + x) * s.channels + c : (c * s.height + y) * s.width + x;
          result[to++] = from[layout.outputs_first ? m * s.inputs() + input : input * s.outputs + m];
        }
  return result;
}

/// The numbers of a network as they fill up, the mapping, and every difference in a sentence without a stop.
class weight_placing {
 public:
  weight_placing(weight_options const& options, std::size_t parameters) : options_(options), parameters_(parameters) {}

  void add_difference(std::string sentence) { differences_.push_back(std::move(sentence)); }

  /// A layer whose module is not in the file.
  void add_missing(weight_slot const& slot, std::string const& wanted) {
    for (stored_part const& part : slot.parts)
      add_difference(slot.text() + ": no " + part.name + ", as " + wanted + " is missing");
  }

  void place(weight_slot const& slot, weight_module const& module) {
    if (slot.is == weight_module::kind::scaling && module.is == slot.is) return place_scaling(slot, module);
    bool const shifted = (module.before && module.before->shifts()) || (module.behind && module.behind->shifts());
    std::size_t const before = differences_.size();
    std::size_t first = slot.first_parameter;
    for (stored_part const& part : slot.parts) {
      if (weight_module::part const* const found = module.find(part.name))
        place_tensor(slot, module, part, found->tensor, first);
      else if ((std::string_view(part.name) == "bias" && shifted) || implied(module, part.name))
        place_initial(slot, part, first);
      else
        add_difference(slot.text() + ": no " + part.name + " in the file's module '" + module.name + "'");
      first += std::size_t(part.count);
    }
    for (weight_module::part const& p : module.parts)
      if (std::none_of(slot.parts.begin(), slot.parts.end(), [&](stored_part const& s) { return s.name == p.is; }))
        left_over(p.tensor);
    if (shifted && !slot.bias)
      add_difference(slot.text() +
                     ": the file adds numbers to its inputs or outputs, and it has no biases to take them up");
    else if (differences_.size() == before && (module.before || module.behind))
      take_up(slot, module);
  }

  /// A tensor that no layer takes.
  void left_over(stored_tensor const& t) {
    bool const may = std::any_of(options_.ignored.begin(), options_.ignored.end(), [&](std::string const& name) {
      return t.name == name || t.name.starts_with(name + ".") || t.name.starts_with(name + "/");
    });
    if (may)
      mapping_.ignored.push_back(t.name);
    else
      add_difference(tensor_text(t.name) + " " + std::string(dtype_name(t.type)) + " " + shape_text(t.shape) +
                     ": no layer takes it");
  }

  [[nodiscard]] std::vector<std::string> const& differences() const { return differences_; }
  [[nodiscard]] std::vector<float> const& parameters() const { return parameters_; }
  [[nodiscard]] weight_mapping& mapping() { return mapping_; }

 private:
  /// Scales and shifts beside a layer, as part of its weights and biases.
  void take_up(weight_slot const& slot, weight_module const& module) {
    auto const outputs = std::size_t(slot.outputs);
    auto const inputs = std::size_t(slot.inputs());
    auto const area = inputs / std::size_t(slot.channels);
    io::channel_scaling const none;
    io::channel_scaling const& before = module.before ? *module.before : none;
    io::channel_scaling const& behind = module.behind ? *module.behind : none;
    float* const weights = parameters_.data() + slot.first_parameter;
    float* const biases = weights + outputs * inputs;
    for (std::size_t m = 0; m < outputs; ++m) {
      std::size_t const first_channel = m / (outputs / std::size_t(slot.groups)) * std::size_t(slot.channels);
      double const scale = io::channel_scaling::at(behind.scale, m);
      double sum = slot.bias ? double(biases[m]) : 0;
      for (std::size_t i = 0; i < inputs; ++i) {
        std::size_t const channel = first_channel + i / area;
        float& weight = weights[m * inputs + i];
        sum += double(weight) * io::channel_scaling::at(before.shift, channel);
        weight = float(double(weight) * io::channel_scaling::at(before.scale, channel) * scale);
      }
      if (slot.bias) biases[m] = float(sum * scale + io::channel_scaling::at(behind.shift, m));
    }
    for (weight_mapping::row& r : mapping_.rows)
      if (r.layer == slot.layer) r.conversion += (r.conversion.empty() ? "" : ", ") + std::string("scaled and shifted");
    check_finite(slot);
  }
  void check_finite(weight_slot const& slot) {
    auto const count = std::size_t(slot.outputs) * (std::size_t(slot.inputs()) + (slot.bias ? 1U : 0U));
    if (!core::all_finite({parameters_.data() + slot.first_parameter, count}))
      add_difference(slot.text() +
                     ": the scales and shifts that the file has beside it make numbers that are not finite");
  }

  void place_scaling(weight_slot const& slot, weight_module const& module) {
    auto const channels = std::size_t(slot.outputs);
    for (std::size_t c = 0; c < channels; ++c) {
      parameters_[slot.first_parameter + c] = float(io::channel_scaling::at(module.behind->scale, c));
      parameters_[slot.first_parameter + channels + c] = float(io::channel_scaling::at(module.behind->shift, c));
    }
    for (stored_part const& part : slot.parts)
      mapping_.rows.push_back({slot.layer, slot.name, part.name, module.name, dtype::f32, {part.count}, "computed"});
  }

  /// Whether a part that the file lacks is what it begins with: batch norm without learned scale or shift has 1 and 0.
  /// Keras leaves either out, PyTorch both, so that one alone is a file of which something was lost.
  [[nodiscard]] static bool implied(weight_module const& module, std::string_view part) {
    bool const whole = module.find("mean") != nullptr && module.find("variance") != nullptr;
    bool const learned = module.find("gamma") != nullptr || module.find("beta") != nullptr;
    if (module.is != weight_module::kind::normalising || !whole || (module.layout.outputs_first && learned))
      return false;
    return part == "gamma" || part == "beta";
  }

  void place_initial(weight_slot const& slot, stored_part const& part, std::size_t first) {
    std::fill_n(parameters_.begin() + std::ptrdiff_t(first), part.count, part.initial);
    mapping_.rows.push_back({slot.layer,
                             slot.name,
                             part.name,
                             "",
                             dtype::f32,
                             {part.count},
                             number_text(double(part.initial)) + ", as the file has none"});
  }

  /// Checks one tensor and converts it to the numbers from `first` on.
  void place_tensor(weight_slot const& slot, weight_module const& module, stored_part const& part,
                    stored_tensor const& tensor, std::size_t first) {
    std::string const what = slot.text() + ": " + part.name + " '" + tensor.name + "' ";
    std::string_view const name = part.name;
    bool const weight = name == "weight" && slot.is == weight_module::kind::weighted;
    std::vector<std::vector<std::int64_t>> const shapes = weight || slot.is == weight_module::kind::slopes
                                                              ? weight_shapes(slot, module.layout)
                                                              : std::vector<std::vector<std::int64_t>>{{part.count}};
    bool const fits = std::find(shapes.begin(), shapes.end(), tensor.shape) != shapes.end();
    if (!fits) {
      std::string wanted;
      for (auto const& s : shapes) wanted += (wanted.empty() ? "" : " or ") + shape_text(s);
      if (weight) wanted += " (" + layout_text(module.layout) + ")";
      if (weight && tensor.shape.size() == 3 && slot.slides)
        wanted += "; it is a one-dimensional convolution's: write conv2d<filters, 1, length> on maps of one row";
      add_difference(what + "has the shape " + shape_text(tensor.shape) + "; expected " + wanted);
    }
    if (!is_floating(tensor.type)) {
      add_difference(what + "has the type " + std::string(dtype_name(tensor.type)) +
                     "; expected F32, F64, F16 or BF16");
      return;
    }
    std::vector<float> values = tensor_floats(tensor);
    auto const none = std::find_if(values.begin(), values.end(), [](float const& v) { return !core::is_finite(v); });
    if (none != values.end())
      add_difference(what + "is no finite number at element " + std::to_string(none - values.begin()));
    if (!fits) return;

    std::string conversion;
    auto const note = [&](std::string const& text) { conversion += (conversion.empty() ? "" : ", ") + text; };
    if (tensor.type != dtype::f32) note("to F32");
    if (weight && !(module.layout == io::weight_layout{})) {
      values = arrange_axes(values, slot, module.layout);
      note(layout_text(module.layout) + " to O C H W");
    }
    if (slot.is == weight_module::kind::slopes && values.size() == 1) {
      values.resize(std::size_t(slot.outputs), values.front());
      note("to all channels");
    }
    for (std::size_t i = 0; part.nonnegative && i < values.size(); ++i)
      if (values[i] < 0) {
        add_difference(what + "is " + number_text(double(values[i])) + " at element " + std::to_string(i) +
                       "; expected at least 0");
        return;
      }
    if (module.is == weight_module::kind::normalising && name == "variance") {
      float const more = options_.batch_norm_epsilon.value_or(module.epsilon) - batch_norm_epsilon;
      if (more != 0) note((more > 0 ? "+ " : "- ") + number_text(double(std::abs(more))) + " for epsilon");
      for (float& v : values) v += more;
      if (auto const least = std::min_element(values.begin(), values.end()); least != values.end() && *least < 0)
        add_difference(what + "is too small for an epsilon below the network's 1e-05 at element " +
                       std::to_string(least - values.begin()));
    }
    std::copy(values.begin(), values.end(), parameters_.begin() + std::ptrdiff_t(first));
    mapping_.rows.push_back(
        {slot.layer, slot.name, part.name, tensor.name, tensor.type, tensor.shape, std::move(conversion)});
  }

  weight_options const& options_;
  std::vector<float> parameters_;
  std::vector<std::string> differences_;
  weight_mapping mapping_;
};

}  // namespace polyfold::detail
