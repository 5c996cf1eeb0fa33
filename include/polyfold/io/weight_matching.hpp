// Places the modules of a file in the layers of a network, and says what does not fit: the part of load_weights that is
// the same for every network.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/core/is_finite.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/error.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_mapping.hpp>
#include <polyfold/io/weight_source.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/text.hpp>

namespace polyfold {

namespace detail {

/// A layer that stores numbers, as the matching sees it.
struct weight_slot {
  int layer = 0;
  std::string name;
  weight_module::kind is = weight_module::kind::weighted;
  std::size_t first_number = 0;
  int outputs = 0;  ///< filters; channels of a batch norm and of slopes
  // Of a layer with weights, what one filter covers.
  int channels = 1;
  int height = 1;
  int width = 1;
  bool bias = false;
  bool whole_input = false;  ///< every filter sees all of the input once: linear layers and convolutions are alike
  // Of a convolution.
  bool slides = false;
  int stride = 1;
  int padding = 0;
  int groups = 1;
  int input_height = 1;
  int input_width = 1;

  [[nodiscard]] int inputs() const { return channels * height * width; }
  [[nodiscard]] std::string text() const { return "layer " + std::to_string(layer) + " " + name; }
  /// The parts that it stores, in the order of its numbers.
  [[nodiscard]] std::vector<weight_part> parts() const {
    if (is == weight_module::kind::normalising)
      return {weight_part::gamma, weight_part::beta, weight_part::mean, weight_part::variance};
    return bias ? std::vector{weight_part::weight, weight_part::bias} : std::vector{weight_part::weight};
  }
};

/// All shapes that a weight of this slot may have in a file of this layout; the first is the usual one.
[[nodiscard]] inline std::vector<std::vector<std::int64_t>> weight_shapes(weight_slot const& s, weight_layout layout) {
  if (s.is == weight_module::kind::slopes) return {{s.outputs}, {1}};
  std::vector<std::int64_t> const inputs = layout.channels_last
                                               ? std::vector<std::int64_t>{s.height, s.width, s.channels}
                                               : std::vector<std::int64_t>{s.channels, s.height, s.width};
  auto const with_outputs = [&](std::vector<std::int64_t> shape) {
    shape.insert(layout.outputs_first ? shape.begin() : shape.end(), s.outputs);
    return shape;
  };
  std::vector<std::vector<std::int64_t>> shapes{with_outputs(inputs)};
  if (s.whole_input) shapes.push_back(with_outputs({s.inputs()}));
  if (!s.slides) std::swap(shapes.front(), shapes.back());
  // A depthwise kernel of Keras: H W C M, filter c * M + m.
  if (!layout.outputs_first && s.groups > 1 && s.channels == 1)
    shapes.push_back({s.height, s.width, s.groups, s.outputs / s.groups});
  return shapes;
}

[[nodiscard]] inline std::string layout_text(weight_layout layout) {
  std::string const inputs = layout.channels_last ? "H W C" : "C H W";
  return layout.outputs_first ? "O " + inputs : inputs + " O";
}

/// The weights of a slot in the network's order, O C H W.
[[nodiscard]] inline std::vector<float> arrange_axes(std::vector<float> const& values, weight_slot const& s,
                                                     weight_layout layout) {
  if (layout == weight_layout{}) return values;
  std::vector<float> result(values.size());
  std::size_t to = 0;
  for (int m = 0; m < s.outputs; ++m)
    for (int c = 0; c < s.channels; ++c)
      for (int y = 0; y < s.height; ++y)
        for (int x = 0; x < s.width; ++x) {
          int const input =
              layout.channels_last ? (y * s.width + x) * s.channels + c : (c * s.height + y) * s.width + x;
          result[to++] = values[layout.outputs_first ? std::size_t(m) * std::size_t(s.inputs()) + std::size_t(input)
                                                     : std::size_t(input) * std::size_t(s.outputs) + std::size_t(m)];
        }
  return result;
}

/// Whether zeros before and after an axis place the windows where `s` has them.
[[nodiscard]] inline bool pads_alike(weight_slot const& s, sliding_facts::pads kind, int before, int after, int input,
                                     int kernel) {
  int const stride = s.stride;
  int const outputs = (input + 2 * s.padding - kernel) / stride + 1;
  if (kind != sliding_facts::pads::given) {
    int const total = larger(0, ((input + stride - 1) / stride - 1) * stride + kernel - input);
    before = kind == sliding_facts::pads::same_upper ? total / 2 : total - total / 2;
    after = total - before;
  }
  return before == s.padding && (input + before + after - kernel) / stride + 1 == outputs;
}

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

/// What came of matching: numbers for the network, the mapping, and every difference in a sentence without a stop.
class weight_matching {
 public:
  weight_matching(weight_source const& source, std::vector<weight_slot> const& slots, weight_options const& options,
                  std::size_t numbers)
      : source_(source), options_(options), numbers_(numbers), used_(source.modules.size(), false) {
    differences_ = source.unreadable;
    std::vector<std::optional<std::size_t>> const modules = options.names.empty() ? by_order(slots) : by_name(slots);
    for (std::size_t i = 0; i < slots.size(); ++i) place(slots[i], modules[i], i);
    for (std::size_t m = 0; m < used_.size(); ++m)
      if (!used_[m])
        for (weight_module::part const& p : source.modules[m].parts) left_over(p.tensor);
    for (stored_tensor const& t : source.others) left_over(t);
  }

  void add_difference(std::string sentence) { differences_.push_back(std::move(sentence)); }

  /// Throws `error` with all differences, if there are any.
  void check() const {
    if (differences_.empty()) return;
    std::string text = source_.path.string() + ": " + std::to_string(differences_.size()) +
                       (differences_.size() == 1 ? " difference" : " differences") +
                       " between the file and the network; nothing was loaded:";
    for (std::string const& d : differences_) text += "\n  " + d;
    throw error(text);
  }

  [[nodiscard]] std::vector<float> const& numbers() const { return numbers_; }
  [[nodiscard]] weight_mapping const& mapping() const { return mapping_; }

 private:
  using module_number = std::optional<std::size_t>;

  [[nodiscard]] static std::string list_of(std::vector<weight_slot> const& slots) {
    std::string text;
    for (weight_slot const& s : slots) text += (text.empty() ? "" : ", ") + std::to_string(s.layer) + " " + s.name;
    return text;
  }

  [[nodiscard]] std::vector<module_number> by_order(std::vector<weight_slot> const& slots) {
    if (!source_.ordered)
      throw error(source_.path, "does not keep its layers in order", "weight_options::names",
                  "name the file's module for each of these layers: " + list_of(slots));
    std::vector<module_number> result;
    std::size_t next[3] = {0, 0, 0};  // of each kind
    for (weight_slot const& s : slots) {
      std::size_t& m = next[static_cast<std::size_t>(s.is)];
      while (m < used_.size() && source_.modules[m].is != s.is) ++m;
      result.push_back(m < used_.size() ? module_number(m++) : std::nullopt);
    }
    return result;
  }

  [[nodiscard]] std::vector<module_number> by_name(std::vector<weight_slot> const& slots) {
    if (options_.names.size() != slots.size())
      throw error(source_.path, "was given " + std::to_string(options_.names.size()) + " names",
                  std::to_string(slots.size()) + ", one for each of these layers: " + list_of(slots));
    std::vector<module_number> result;
    for (std::string const& name : options_.names) {
      if (std::count(options_.names.begin(), options_.names.end(), name) > 1)
        throw error(source_.path, "was given the name '" + name + "' more than once", "another module for every layer");
      auto const found = std::find_if(source_.modules.begin(), source_.modules.end(),
                                      [&](weight_module const& m) { return m.name == name; });
      result.push_back(found == source_.modules.end() ? std::nullopt
                                                      : module_number(std::size_t(found - source_.modules.begin())));
    }
    return result;
  }

  void place(weight_slot const& slot, module_number number, std::size_t index) {
    if (!number) {
      std::string const wanted =
          options_.names.empty() ? "a module in the file" : "the module '" + options_.names[index] + "'";
      for (weight_part const part : slot.parts())
        add_difference(slot.text() + ": no " + std::string(part_name(part)) + ", as " + wanted + " is missing");
      return;
    }
    weight_module const& module = source_.modules[*number];
    used_[*number] = true;
    std::vector<weight_part> const parts = slot.parts();
    std::size_t first = slot.first_number;
    for (weight_part const part : parts) {
      std::size_t const count =
          std::size_t(slot.outputs) * (part == weight_part::weight ? std::size_t(slot.inputs()) : 1U);
      if (weight_module::part const* const found = module.find(part))
        place_tensor(slot, module, *found, first);
      else if (std::optional<float> const value = implied(module, part))
        place_constant(slot, part, *value, count, first);
      else
        add_difference(slot.text() + ": no " + std::string(part_name(part)) + " in the file's module '" + module.name +
                       "'");
      first += count;
    }
    for (weight_module::part const& p : module.parts)
      if (std::find(parts.begin(), parts.end(), p.is) == parts.end()) left_over(p.tensor);
    if (module.sliding && module.is == slot.is) compare(slot, module);
  }

  /// What a part that the file lacks is: batch norm without learned scale or shift has 1 and 0. Keras leaves either out,
  /// PyTorch both, so that one alone is a file of which something was lost.
  [[nodiscard]] static std::optional<float> implied(weight_module const& module, weight_part part) {
    bool const whole = module.find(weight_part::mean) != nullptr && module.find(weight_part::variance) != nullptr;
    bool const learned = module.find(weight_part::gamma) != nullptr || module.find(weight_part::beta) != nullptr;
    if (module.is != weight_module::kind::normalising || !whole || (module.layout.outputs_first && learned))
      return std::nullopt;
    if (part == weight_part::gamma) return 1.0f;
    if (part == weight_part::beta) return 0.0f;
    return std::nullopt;
  }

  void place_constant(weight_slot const& slot, weight_part part, float value, std::size_t count, std::size_t first) {
    std::fill_n(numbers_.begin() + std::ptrdiff_t(first), count, value);
    mapping_.rows.push_back({slot.layer,
                             slot.name,
                             part,
                             "",
                             dtype::f32,
                             {slot.outputs},
                             value == 0 ? "0, as the file has none" : "1, as the file has none"});
  }

  /// Checks one tensor and converts it to the numbers from `first` on.
  void place_tensor(weight_slot const& slot, weight_module const& module, weight_module::part const& found,
                    std::size_t first) {
    stored_tensor const& tensor = found.tensor;
    std::string const what = slot.text() + ": " + std::string(part_name(found.is)) + " '" + tensor.name + "' ";
    bool const weight = found.is == weight_part::weight;
    std::vector<std::vector<std::int64_t>> const shapes =
        weight ? weight_shapes(slot, module.layout) : std::vector<std::vector<std::int64_t>>{{slot.outputs}};
    bool const fits = std::find(shapes.begin(), shapes.end(), tensor.shape) != shapes.end();
    if (!fits) {
      std::string wanted;
      for (auto const& s : shapes) wanted += (wanted.empty() ? "" : " or ") + shape_text(s);
      if (weight && slot.is == weight_module::kind::weighted) wanted += " (" + layout_text(module.layout) + ")";
      add_difference(what + "has the shape " + shape_text(tensor.shape) + "; expected " + wanted);
    }
    if (!is_floating(tensor.type)) {
      add_difference(what + "has the type " + std::string(dtype_name(tensor.type)) +
                     "; expected F32, F64, F16 or BF16");
      return;
    }
    std::vector<float> values = tensor_floats(tensor);
    auto const none = std::find_if(values.begin(), values.end(), [](float const& v) { return !is_finite(v); });
    if (none != values.end())
      add_difference(what + "is no finite number at element " + std::to_string(none - values.begin()));
    if (!fits) return;

    std::string conversion;
    auto const note = [&](std::string const& text) { conversion += (conversion.empty() ? "" : ", ") + text; };
    if (tensor.type != dtype::f32) note("to F32");
    if (weight && !(module.layout == weight_layout{})) {
      values = arrange_axes(values, slot, module.layout);
      note(layout_text(module.layout) + " to O C H W");
    }
    if (slot.is == weight_module::kind::slopes && values.size() == 1) {
      values.resize(std::size_t(slot.outputs), values.front());
      note("to all channels");
    }
    if (found.is == weight_part::variance) {
      for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < 0) {
          add_difference(what + "is " + number_text(double(values[i])) + " at element " + std::to_string(i) +
                         "; expected at least 0");
          return;
        }
      float const more = options_.batch_norm_epsilon.value_or(module.epsilon) - batch_norm_epsilon;
      if (more != 0) note((more > 0 ? "+ " : "- ") + number_text(double(std::abs(more))) + " for epsilon");
      for (float& v : values) v += more;
      if (auto const least = std::min_element(values.begin(), values.end()); least != values.end() && *least < 0)
        add_difference(what + "is too small for an epsilon below the network's 1e-05 at element " +
                       std::to_string(least - values.begin()));
    }
    std::copy(values.begin(), values.end(), numbers_.begin() + std::ptrdiff_t(first));
    mapping_.rows.push_back(
        {slot.layer, slot.name, found.is, tensor.name, tensor.type, tensor.shape, std::move(conversion)});
  }

  /// Compares how a convolution slides with what the file says.
  void compare(weight_slot const& s, weight_module const& module) {
    sliding_facts const& f = *module.sliding;
    std::string const what = s.text() + ": the file's convolution '" + module.name + "' has ";
    auto const pair = [](int y, int x) { return std::to_string(y) + " x " + std::to_string(x); };
    if (f.dilation_y != 1 || f.dilation_x != 1)
      add_difference(what + "the dilation " + pair(f.dilation_y, f.dilation_x) + "; expected 1 x 1");
    if (f.groups != s.groups)
      add_difference(what + std::to_string(f.groups) + " groups; expected " + std::to_string(s.groups));
    // One position is one position, whatever the stride.
    if (!s.whole_input && (f.stride_y != s.stride || f.stride_x != s.stride)) {
      add_difference(what + "the stride " + pair(f.stride_y, f.stride_x) + "; expected " + pair(s.stride, s.stride));
    } else if (!pads_alike(s, f.padding, f.given[0], f.given[2], s.input_height, s.height) ||
               !pads_alike(s, f.padding, f.given[1], f.given[3], s.input_width, s.width)) {
      std::string found = f.padding == sliding_facts::pads::same_upper   ? "SAME_UPPER"
                          : f.padding == sliding_facts::pads::same_lower ? "SAME_LOWER"
                                                                         : "";
      if (found.empty())
        for (int const p : f.given) found += (found.empty() ? "" : ", ") + std::to_string(p);
      add_difference(what + "the padding " + found + "; expected " + std::to_string(s.padding) + " on every side");
    }
  }

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

  weight_source const& source_;
  weight_options const& options_;
  std::vector<float> numbers_;
  std::vector<bool> used_;
  std::vector<std::string> differences_;
  weight_mapping mapping_;
};

}  // namespace detail

}  // namespace polyfold
