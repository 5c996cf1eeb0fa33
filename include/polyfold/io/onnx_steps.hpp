// What an ONNX graph computes, as steps in the words of polyfold's layers (io/file_graph.hpp). Everything that a node
// says is read: an operator, an attribute or an input that is not known here makes a step that no layer computes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/core/shape.hpp>
#include <polyfold/io/file_graph.hpp>
#include <polyfold/io/onnx_activations.hpp>
#include <polyfold/io/onnx_constants.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/onnx_form_steps.hpp>
#include <polyfold/io/onnx_values.hpp>
#include <polyfold/io/onnx_windows.hpp>
#include <polyfold/io/tensors.hpp>
#include <polyfold/io/weight_module.hpp>

namespace polyfold::detail {

class onnx_steps : private onnx_form_steps {
 public:
  onnx_steps(io::onnx_graph const& graph, shape input) : onnx_form_steps(graph, input) {
    for (io::onnx_node const& node : graph.nodes) visit(node);
    take_output();
  }

  [[nodiscard]] io::file_graph steps() && { return std::move(result_); }

 private:
  /// An operator: the attributes that are read, how many inputs it has, and what makes a step of it.
  struct known_operator {
    std::string_view name;
    std::string_view attributes;
    std::size_t least_inputs;
    std::size_t most_inputs;
    void (onnx_steps::*make)(io::onnx_node const&);
  };

  [[nodiscard]] static known_operator const* find_operator(io::onnx_node const& node) {
    static constexpr char window[] =
        "auto_pad dilations kernel_shape pads strides ceil_mode storage_order count_include_pad";
    static constexpr std::array operators{
        known_operator{"Add", "", 2, 2, &onnx_steps::add},
        known_operator{"Sum", "", 1, 2, &onnx_steps::add},
        known_operator{"Sub", "", 2, 2, &onnx_steps::subtract},
        known_operator{"Mul", "", 2, 2, &onnx_steps::multiply},
        known_operator{"Div", "", 2, 2, &onnx_steps::divide},
        known_operator{"Conv", "auto_pad dilations group kernel_shape pads strides", 2, 3, &onnx_steps::convolve},
        known_operator{"Gemm", "alpha beta transA transB", 2, 3, &onnx_steps::gemm},
        known_operator{"MatMul", "", 2, 2, &onnx_steps::matmul},
        known_operator{"BatchNormalization", "epsilon momentum spatial training_mode", 5, 5, &onnx_steps::normalise},
        known_operator{"PRelu", "", 2, 2, &onnx_steps::prelu},
        known_operator{"Clip", "max min", 1, 3, &onnx_steps::clip},
        known_operator{"Gelu", "approximate", 1, 1, &onnx_steps::gelu},
        known_operator{"Softmax", "axis", 1, 1, &onnx_steps::softmax},
        known_operator{"LRN", "alpha beta bias size", 1, 1, &onnx_steps::local_response_norm},
        known_operator{"MaxPool", window, 1, 1, &onnx_steps::pool},
        known_operator{"AveragePool", window, 1, 1, &onnx_steps::pool},
        known_operator{"GlobalAveragePool", "", 1, 1, &onnx_steps::average_all},
        known_operator{"ReduceMean", "axes keepdims noop_with_empty_axes", 1, 2, &onnx_steps::average_axes},
        known_operator{"Pad", "mode pads value", 1, 4, &onnx_steps::pad},
        known_operator{"Slice", "axes ends starts steps", 1, 5, &onnx_steps::slice},
        known_operator{"Identity", "", 1, 1, &onnx_steps::pass},
        known_operator{"Dropout", "ratio seed", 1, 3, &onnx_steps::drop_out},
        known_operator{"Cast", "saturate to", 1, 1, &onnx_steps::cast},
        known_operator{"Transpose", "perm", 1, 1, &onnx_steps::transpose},
        known_operator{"Flatten", "axis", 1, 1, &onnx_steps::flatten},
        known_operator{"Reshape", "allowzero shape", 1, 2, &onnx_steps::reshape},
        known_operator{"Squeeze", "axes", 1, 2, &onnx_steps::squeeze},
        known_operator{"Unsqueeze", "axes", 1, 2, &onnx_steps::unsqueeze},
        known_operator{"Shape", "end start", 1, 1, &onnx_steps::shape_of}};
    auto const found = std::find_if(operators.begin(), operators.end(),
                                    [&](known_operator const& k) { return node.operation == k.name; });
    return !node.domain.empty() || found == operators.end() ? nullptr : found;
  }

  void visit(io::onnx_node const& node) {
    try {
      check_names(node);
      check_no_graphs(node);
      if (node.operation == "Constant" && node.domain.empty()) return add_constant(node);
      bool const constant =
          !node.inputs.empty() && std::all_of(node.inputs.begin(), node.inputs.end(), [&](std::string const& n) {
            return n.empty() || constants_.find(n) != nullptr;
          });
      if (constant && node.domain.empty() && constants_.input(node, 0) != nullptr) return constants_.fold(node);
      make_step(node);
    } catch (io::onnx_refusal const& refusal) {
      refuse(node, refusal.why);
    } catch (unknown_value const&) {
      unknown_.insert(node.outputs.begin(), node.outputs.end());
    }
    if (node.outputs.size() > 1) beside_.insert(node.outputs.begin() + 1, node.outputs.end());
  }

  static void check_no_graphs(io::onnx_node const& node) {
    if (std::any_of(node.attributes.begin(), node.attributes.end(), [](auto const& a) { return a.second.graphs; }))
      throw io::onnx_refusal{
          "its branches are graphs of their own, whose weights and steps are not read. Export the model "
          "with the one that counts at inference alone"};
  }

  void make_step(io::onnx_node const& node) {
    for (onnx_activation const& a : onnx_activations)
      if (node.operation == a.operation && node.domain.empty()) {
        std::string attributes;
        for (onnx_activation_attribute const& known : a.attributes) attributes += " " + std::string(known.name);
        check_form(node, attributes, 1, 1);
        return activate(node, std::string(a.layer), activation_numbers(a, node));
      }
    known_operator const* const known = find_operator(node);
    if (known == nullptr) throw io::onnx_refusal{why_unknown(node)};
    check_form(node, known->attributes, known->least_inputs, known->most_inputs);
    (this->*known->make)(node);
  }

  [[nodiscard]] static std::string why_unknown(io::onnx_node const& node) {
    std::string const& name = node.operation;
    if (name.find("Quantize") != name.npos || name.find("QLinear") != name.npos || name.ends_with("Integer"))
      return "it computes with quantised numbers, which are not converted. Export the model before it was quantised, "
             "and "
             "quantise the network with polyfold";
    if (name == "ConvTranspose") return "polyfold has no transposed convolutions";
    return "no layer of polyfold computes this operator";
  }

  void convolve(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    weight_module module;
    module.parts.push_back({"weight", weights(node, 1)});
    std::vector<std::int64_t> const sizes = module.parts[0].tensor.shape;
    if (sizes.size() < 3 || sizes.size() > 4)
      throw io::onnx_refusal{"its weights have " + std::to_string(sizes.size()) + " axes; expected O C H W, or O C L"};
    std::vector<std::int64_t> const kernel(sizes.begin() + 2, sizes.end());
    if (node.integers("kernel_shape", kernel) != kernel)
      throw io::onnx_refusal{"its kernel_shape is not that of its weights " + shape_text(sizes)};
    io::sliding_facts f{.slid = window_of(node, kernel, in)};
    module.parts[0].tensor.shape = {sizes[0], sizes[1], f.slid.y.size, f.slid.x.size};
    f.groups = small_number(node.integer("group", 1), 1, "groups");
    int const filters = small_number(sizes[0], 1, "filters");
    if (std::int64_t{small_number(sizes[1], 1, "channels")} * f.groups != in.size.channels || filters % f.groups != 0)
      throw io::onnx_refusal{"its weights " + shape_text(sizes) + " do not suit the " +
                             std::to_string(in.size.channels) + " channels that it reads, in " +
                             std::to_string(f.groups) + " groups"};
    if (has(node, 2)) module.parts.push_back({"bias", weights(node, 2)});
    onnx_flow const out{0, output_of(f.slid, filters, in.size), in.axes};
    emit_with(std::move(module), node, "conv2d", in, out).sliding = f;
  }

  /// Rows times a matrix: I x O, or O x I with the outputs first.
  void multiply_rows(io::onnx_node const& node, bool outputs_first, weight_module module) {
    onnx_flow const in = flow(node, 0);
    if (!in.is_row()) throw io::onnx_refusal{"it multiplies the last axis of a map; a dense layer reads it flattened"};
    stored_tensor const& weight = module.parts[0].tensor;
    if (weight.shape.size() != 2) throw io::onnx_refusal{"its weights " + shape_text(weight.shape) + " are no matrix"};
    std::int64_t const outputs = weight.shape[outputs_first ? 0 : 1];
    if (weight.shape[outputs_first ? 1 : 0] != in.size.size())
      throw io::onnx_refusal{"its weights " + shape_text(weight.shape) + " do not suit the " +
                             std::to_string(in.size.size()) + " numbers that it reads"};
    module.layout = {outputs_first, in.channels_last() && in.size.pixels() > 1};
    emit_with(std::move(module), node, "dense", in, {0, {small_number(outputs, 1, "outputs"), 1, 1}, onnx_axes::row});
  }
  void matmul(io::onnx_node const& node) {
    weight_module module;
    module.parts.push_back({"weight", weights(node, 1)});
    multiply_rows(node, false, std::move(module));
  }
  /// y = alpha A B + beta C
  void gemm(io::onnx_node const& node) {
    if (node.integer("transA", 0) != 0)
      throw io::onnx_refusal{"it turns its input (transA), which holds a row for each image"};
    bool const outputs_first = node.integer("transB", 0) != 0;
    weight_module module;
    module.parts.push_back({"weight", scaled(weights(node, 1), node.number("alpha", 1))});
    if (has(node, 2)) {
      std::vector<std::int64_t> const& sizes = module.parts[0].tensor.shape;
      if (sizes.size() != 2) throw io::onnx_refusal{"its weights " + shape_text(sizes) + " are no matrix"};
      std::int64_t const outputs = sizes[outputs_first ? 0 : 1];
      stored_tensor bias = scaled(weights(node, 2), node.number("beta", 1));
      // A row for every image alike.
      if (bias.shape == std::vector<std::int64_t>{1, outputs}) bias.shape = {outputs};
      if (bias.shape != std::vector{outputs})
        throw io::onnx_refusal{"its bias has the shape " + shape_text(bias.shape) +
                               "; expected a number for each output"};
      module.parts.push_back({"bias", std::move(bias)});
    }
    multiply_rows(node, outputs_first, std::move(module));
  }
  [[nodiscard]] static stored_tensor scaled(stored_tensor t, float by) {
    if (by == 1) return t;
    if (!is_floating(t.type)) throw io::onnx_refusal{"it computes with whole numbers"};
    std::vector<float> values = tensor_floats(t);
    for (float& v : values) v *= by;
    return make_tensor<float>(t.name, t.shape, std::span<float const>(values));
  }

  void normalise(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    if (in.channel_axis() != 1) throw io::onnx_refusal{"it normalises another axis than the channels"};
    if (node.integer("training_mode", 0) != 0)
      throw io::onnx_refusal{"it takes its statistics from the batch (training_mode). Export the model for inference"};
    if (node.integer("spatial", 1) != 1) throw io::onnx_refusal{"it normalises every pixel for itself"};
    weight_module module;
    module.is = weight_module::kind::normalising;
    module.epsilon = node.number("epsilon", 1e-5f);
    std::size_t i = 1;
    for (char const* const part : {"gamma", "beta", "mean", "variance"})
      module.parts.push_back({part, weights(node, i++)});
    emit_with(std::move(module), node, "batch_norm", in, in);
  }

  void prelu(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    weight_module module;
    module.is = weight_module::kind::slopes;
    (void)for_channels(constant_at(node, 1), in);
    stored_tensor slopes = weights(node, 1);
    // Sizes of 1 around the channels.
    std::erase(slopes.shape, 1);
    if (slopes.shape.empty()) slopes.shape = {1};
    module.parts.push_back({"slope", std::move(slopes)});
    emit_with(std::move(module), node, "prelu", in, in);
  }

  // Arithmetic with a constant scales and shifts, of two values it joins branches.
  void add(io::onnx_node const& node) {
    if (node.inputs.size() == 1) return pass(node);
    if (!flows(node, 0) || !flows(node, 1)) return shift(node, flows(node, 0) ? 1 : 0, 1, 1);
    join(node, "add");
  }
  void subtract(io::onnx_node const& node) {
    if (!flows(node, 0)) return shift(node, 0, 1, -1);
    if (flows(node, 1)) throw io::onnx_refusal{"it subtracts one branch from another, which no layer does"};
    shift(node, 1, -1, 1);
  }
  void multiply(io::onnx_node const& node) {
    if (flows(node, 0) && flows(node, 1)) {
      join(node, "multiply");
      return;
    }
    std::size_t const constant = flows(node, 0) ? 1 : 0;
    onnx_flow const in = flow(node, 1 - constant);
    scale_and_shift(node, in, {for_channels(constant_at(node, constant), in), {0}});
  }
  void divide(io::onnx_node const& node) {
    if (!flows(node, 0) || flows(node, 1))
      throw io::onnx_refusal{"it divides by a computed value, which no layer does"};
    onnx_flow const in = flow(node, 0);
    std::vector<double> scale = for_channels(constant_at(node, 1), in);
    for (double& s : scale) s = 1 / s;
    scale_and_shift(node, in, {scale, {0}});
  }
  void shift(io::onnx_node const& node, std::size_t constant, double sign, double scale) {
    onnx_flow const in = flow(node, 1 - constant);
    std::vector<double> numbers = for_channels(constant_at(node, constant), in);
    for (double& n : numbers) n *= sign;
    // The bias of weights before it, should they have none: in the file's own numbers.
    weight_module module;
    if (sign == 1 && scale == 1 && numbers.size() == std::size_t(in.size.channels)) {
      stored_tensor bias = weights(node, constant);
      bias.shape = {in.size.channels};
      module.parts.push_back({"bias", std::move(bias)});
    }
    scale_and_shift(node, in, {{scale}, numbers}, std::move(module));
  }
  void scale_and_shift(io::onnx_node const& node, onnx_flow const& in, io::channel_scaling scaling,
                       weight_module module = {}) {
    module.is = weight_module::kind::scaling;
    module.name = constant_at(node, flows(node, 0) ? 1 : 0).name();
    for (std::vector<double> const* const numbers : {&scaling.scale, &scaling.shift})
      if (!std::all_of(numbers->begin(), numbers->end(), [](double const& n) { return core::is_finite(n); }))
        throw io::onnx_refusal{"it scales or shifts by a number that is not finite"};
    emit_with(std::move(module), node, "scale_shift", in, in).scaling = std::move(scaling);
  }
  [[nodiscard]] onnx_constant const& constant_at(io::onnx_node const& node, std::size_t i) const {
    onnx_constant const* const c = constants_.input(node, i);
    if (c == nullptr) throw io::onnx_refusal{"its input " + std::to_string(i) + " is left out"};
    return *c;
  }
  void join(io::onnx_node const& node, char const* kind) {
    onnx_flow const a = flow(node, 0);
    onnx_flow const b = flow(node, 1);
    if (a.size != b.size || a.axes != b.axes)
      throw io::onnx_refusal{"the two values that it joins have different sizes, or axes in another order"};
    emit(node, kind, {a.value, b.value}, a);
  }

  void activate(io::onnx_node const& node, std::string const& layer, std::vector<float> numbers) {
    onnx_flow const in = flow(node, 0);
    emit(node, layer, {in.value}, in).numbers = std::move(numbers);
  }
  void clip(io::onnx_node const& node) {
    auto const bound = [&](std::size_t i, char const* attribute, float otherwise) {
      if (!has(node, i)) return node.number(attribute, otherwise);
      onnx_constant const* const c = constants_.input(node, i);
      if (c == nullptr || !is_floating(c->type())) throw io::onnx_refusal{"its bounds are no constant numbers"};
      std::vector<float> const values = tensor_floats(*c->tensor);
      if (values.size() != 1) throw io::onnx_refusal{"its bounds are no single numbers"};
      return values[0];
    };
    constexpr float largest = (std::numeric_limits<float>::max)();
    clipping const c = clipping_between(bound(1, "min", -largest), bound(2, "max", largest));
    if (c.layer.empty()) return pass(node);
    activate(node, c.layer, c.numbers);
  }
  void gelu(io::onnx_node const& node) { activate(node, gelu_named(node.words("approximate", "none")), {}); }

  void softmax(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    // Before version 13 it took all axes from the named one on as one.
    bool const early = graph_.operator_set < 13;
    std::size_t const rank = in.sizes().size();
    std::int64_t const axis = axes_from_front({node.integer("axis", early ? 1 : -1)}, rank)[0];
    bool const channels = in.channel_axis() == std::size_t(axis);
    bool const alone = in.size.pixels() == 1 || (!early || in.channels_last());
    if (!channels || !alone) throw io::onnx_refusal{"its sums are not those over the channels of one pixel"};
    emit(node, "softmax", {in.value}, in);
  }

  void local_response_norm(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    std::int64_t const size = node.integer("size", 0);
    if (in.is_row() || in.channels_last() || size < 1 || std::abs(node.number("beta", 0.75f) - 0.75f) > 1e-6f)
      throw io::onnx_refusal{"local_response_norm looks at channels that lie first, and has the power 0.75"};
    float const alpha = node.number("alpha", 1e-4f);
    emit(node, "local_response_norm", {in.value}, in).numbers = {float(size), node.number("bias", 1),
                                                                 alpha / float(size)};
  }

  void pool(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    bool const averages = node.operation == "AveragePool";
    window const padded = window_of(node, node.integers("kernel_shape"), in);
    io::sliding_facts f{.slid = padded, .counted = padded};
    if (node.integer("ceil_mode", 0) != 0) f.slid = core::rounded_up(padded, in.size);
    if (averages && node.integer("count_include_pad", 0) == 0) f.counted = core::without_padding(padded);
    onnx_flow const out{0, output_of(f.slid, in.size.channels, in.size), in.axes};
    emit(node, averages ? "average_pool" : "max_pool", {in.value}, out).sliding = f;
  }
  void average_all(io::onnx_node const& node) { average_map(node, true); }
  void average_axes(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    std::vector<std::size_t> const pixels = in.pixel_axes();
    std::vector<std::int64_t> axes = axes_from_front(constants_.list(node, 1, "axes"), in.sizes().size());
    std::sort(axes.begin(), axes.end());
    if (!std::equal(axes.begin(), axes.end(), pixels.begin(), pixels.end()) || pixels.empty())
      throw io::onnx_refusal{"it averages over other axes than the rows and columns of a map"};
    average_map(node, node.integer("keepdims", 1) != 0);
  }
  void average_map(io::onnx_node const& node, bool keeps_axes) {
    onnx_flow const in = flow(node, 0);
    if (in.is_row() || (node.operation == "GlobalAveragePool" && in.channels_last()))
      throw io::onnx_refusal{"it does not read N x C x H x W"};
    onnx_flow out{0, {in.size.channels, 1, 1}, in.axes};
    if (!keeps_axes) out = out.as_row();
    window const whole = core::whole_map(in.size);
    emit(node, "average_pool", {in.value}, out).sliding = io::sliding_facts{.slid = whole, .counted = whole};
  }

  void pad(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    onnx_zeros const zeros = zeros_of(node, constants_, in);
    onnx_flow out = in;
    if (int const more = zeros.channels_before + zeros.channels_behind; more > 0) {
      out.size.channels += more;
      emit(node, "padded_identity", {in.value}, out).numbers = {float(out.size.channels), 1,
                                                                float(zeros.channels_before)};
    } else if (zeros.around_pixels()) {
      window const w(zeros.y, zeros.x);
      out.size = w.output(in.size, in.size.channels);
      emit(node, "pad", {in.value}, out).sliding = io::sliding_facts{.slid = w};
    } else {
      let_be(node, in);
    }
  }
  void slice(io::onnx_node const& node) {
    onnx_flow const in = flow(node, 0);
    int const step = pixel_step_of(node, constants_, in);
    if (step == 1) return let_be(node, in);
    onnx_flow out = in;
    out.size.height = (in.size.height - 1) / step + 1;
    out.size.width = (in.size.width - 1) / step + 1;
    emit(node, "padded_identity", {in.value}, out).numbers = {float(in.size.channels), float(step), 0};
  }
};

}  // namespace polyfold::detail
