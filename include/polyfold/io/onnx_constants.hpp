// The constants of an ONNX graph, and what follows from them alone: weights under another shape or with other axes, and
// the whole numbers that shapes are computed with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/io/onnx_file.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold::detail {

/// Stands in shapes for the number of images, which a graph may leave open.
inline constexpr std::int64_t batch_size = (std::numeric_limits<std::int64_t>::min)();

/// A constant: a tensor's numbers, perhaps under another shape.
struct onnx_constant {
  std::shared_ptr<stored_tensor const> tensor;
  std::vector<std::int64_t> shape;

  [[nodiscard]] std::string const& name() const { return tensor->name; }
  [[nodiscard]] dtype type() const { return tensor->type; }
};

[[nodiscard]] inline std::vector<std::int64_t> leading_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

/// Axes counted from the end as axes from the front. Throws onnx_refusal where one is none of `rank`.
[[nodiscard]] inline std::vector<std::int64_t> axes_from_front(std::vector<std::int64_t> axes, std::size_t rank) {
  auto const n = static_cast<std::int64_t>(rank);
  for (std::int64_t& a : axes) {
    if (a < -n || a >= n) throw io::onnx_refusal{"it names the axis " + std::to_string(a) + " of " + std::to_string(n)};
    if (a < 0) a += n;
  }
  return axes;
}

class onnx_constants {
 public:
  /// `budget`: bytes that copies of constants may take.
  explicit onnx_constants(std::uint64_t budget) : budget_(budget) {}

  /// Takes bytes out of the budget. What a model computes of its constants can be far larger than its file. Throws
  /// onnx_refusal where nothing is left.
  void charge(std::uint64_t bytes) {
    if (bytes > budget_)
      throw io::onnx_refusal{
          "the graph makes many more numbers of its constants than it has. Simplify the model first"};
    budget_ -= bytes;
  }

  void define(std::string const& name, stored_tensor tensor) {
    std::vector<std::int64_t> shape = tensor.shape;
    constants_.emplace(name, onnx_constant{std::make_shared<stored_tensor>(std::move(tensor)), std::move(shape)});
  }
  void define(std::string const& name, std::vector<std::int64_t> const& numbers, bool single = false) {
    std::vector<std::int64_t> shape;
    if (!single) shape.push_back(std::int64_t(numbers.size()));
    charge(numbers.size() * sizeof(std::int64_t) + 100);
    define(name, make_tensor<std::int64_t>(name, shape, std::span(numbers)));
  }

  [[nodiscard]] onnx_constant const* find(std::string const& name) const {
    auto const found = constants_.find(name);
    return found == constants_.end() ? nullptr : &found->second;
  }
  /// Input `i` of a node; nullptr where it is none, or no constant.
  [[nodiscard]] onnx_constant const* input(io::onnx_node const& node, std::size_t i) const {
    return i < node.inputs.size() ? find(node.inputs[i]) : nullptr;
  }
  /// A constant list of whole numbers that a node takes as an input, or in early versions as an attribute; `otherwise`
  /// where it has neither.
  [[nodiscard]] std::vector<std::int64_t> list(io::onnx_node const& node, std::size_t i, char const* attribute,
                                               std::vector<std::int64_t> const& otherwise = {}) const {
    if (i >= node.inputs.size() || node.inputs[i].empty()) return node.integers(attribute, otherwise);
    onnx_constant const* const c = input(node, i);
    if (c == nullptr) throw io::onnx_refusal{"its " + std::string(attribute) + " are no constant"};
    return whole_numbers(*c);
  }
  [[nodiscard]] static std::vector<std::int64_t> whole_numbers(onnx_constant const& c) {
    if (c.type() == dtype::i64) return tensor_values<std::int64_t>(*c.tensor);
    if (c.type() != dtype::i32) throw io::onnx_refusal{"it takes '" + c.name().substr(0, 100) + "' as whole numbers"};
    std::vector<std::int32_t> const values = tensor_values<std::int32_t>(*c.tensor);
    return {values.begin(), values.end()};
  }

  /// Defines the output of a node that reads constants alone. Throws onnx_refusal where it does more than rearrange them.
  void fold(io::onnx_node const& node) {
    std::string const& output = node.outputs.front();
    onnx_constant const& c = *input(node, 0);
    std::vector<std::int64_t> const& shape = c.shape;
    if (node.operation == "Identity") {
      alias(output, c, shape);
    } else if (node.operation == "Cast") {
      std::int64_t const to = node.integer("to", 0);
      bool const floating = to == 1 || to == 10 || to == 11 || to == 16;  // TensorProto's F32, F16, F64, BF16
      bool const whole = to == 6 || to == 7;
      if (floating != is_floating(c.type()) || (!floating && !whole))
        throw io::onnx_refusal{"it casts the constant '" + c.name().substr(0, 100) +
                               "' between whole numbers and others"};
      if (whole)
        define(output, whole_numbers(c), shape.empty());
      else
        alias(output, c, shape);
    } else if (node.operation == "Transpose") {
      std::vector<std::int64_t> order = leading_axes(shape.size());
      std::reverse(order.begin(), order.end());
      order = axes_from_front(node.integers("perm", order), shape.size());
      if (std::vector<std::int64_t> sorted = order;
          std::sort(sorted.begin(), sorted.end()), sorted != leading_axes(shape.size()))
        throw io::onnx_refusal{"its axes are no permutation"};
      charge(c.tensor->bytes.size() + 100);
      define(output, permute_axes({c.name(), c.type(), shape, c.tensor->bytes}, order));
    } else if (node.operation == "Reshape") {
      alias(output, c, reshaped(c, list(node, 1, "shape"), node.integer("allowzero", 0) != 0));
    } else if (node.operation == "Shape" && node.attributes.empty()) {
      define(output, shape);
    } else if (node.operation == "Squeeze") {
      alias(output, c, squeezed(shape, list(node, 1, "axes", ones(shape))));
    } else if (node.operation == "Unsqueeze") {
      alias(output, c, unsqueezed(shape, list(node, 1, "axes")));
    } else if (node.operation == "Gather" && shape.size() == 1 && node.integer("axis", 0) == 0 && input(node, 1)) {
      std::vector<std::int64_t> picked;
      std::vector<std::int64_t> const from = whole_numbers(c);
      for (std::int64_t const i : axes_from_front(whole_numbers(*input(node, 1)), from.size()))
        picked.push_back(from[std::size_t(i)]);
      define(output, picked, input(node, 1)->shape.empty());
    } else if (node.operation == "Slice" && shape.size() == 1) {
      define(output, sliced(node, whole_numbers(c)));
    } else if (node.operation == "Concat" && shape.size() == 1) {
      std::vector<std::int64_t> all;
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        std::vector<std::int64_t> const more = whole_numbers(*input(node, i));
        charge(more.size() * sizeof(std::int64_t));
        all.insert(all.end(), more.begin(), more.end());
      }
      define(output, all);
    } else {
      throw io::onnx_refusal{
          "it computes with constants alone, which is not followed. Simplify the model first, or export it "
          "with constants folded"};
    }
  }

  /// Axes of size 1.
  [[nodiscard]] static std::vector<std::int64_t> ones(std::vector<std::int64_t> const& shape) {
    std::vector<std::int64_t> axes = leading_axes(shape.size());
    std::erase_if(axes, [&](std::int64_t a) { return shape[std::size_t(a)] != 1; });
    return axes;
  }
  [[nodiscard]] static std::vector<std::int64_t> squeezed(std::vector<std::int64_t> const& shape,
                                                          std::vector<std::int64_t> axes) {
    axes = axes_from_front(std::move(axes), shape.size());
    std::vector<std::int64_t> result;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      bool const named = std::find(axes.begin(), axes.end(), std::int64_t(d)) != axes.end();
      if (named && shape[d] != 1) throw io::onnx_refusal{"it drops an axis that is not of size 1"};
      if (!named) result.push_back(shape[d]);
    }
    return result;
  }
  [[nodiscard]] static std::vector<std::int64_t> unsqueezed(std::vector<std::int64_t> shape,
                                                            std::vector<std::int64_t> axes) {
    std::size_t const rank = shape.size() + axes.size();
    axes = axes_from_front(std::move(axes), rank);
    std::sort(axes.begin(), axes.end());
    for (std::int64_t const a : axes) {
      if (std::size_t(a) > shape.size()) throw io::onnx_refusal{"it names an axis twice"};
      shape.insert(shape.begin() + a, 1);
    }
    return shape;
  }

 private:
  void alias(std::string const& name, onnx_constant const& of, std::vector<std::int64_t> shape) {
    if (shape.size() > 32) throw io::onnx_refusal{"its result has more than 32 axes"};
    constants_.emplace(name, onnx_constant{of.tensor, std::move(shape)});
  }

  /// A shape for the same numbers. 0 keeps a size, one -1 is what remains.
  [[nodiscard]] static std::vector<std::int64_t> reshaped(onnx_constant const& c, std::vector<std::int64_t> shape,
                                                          bool zero_is_zero) {
    std::size_t unknown = shape.size();
    for (std::size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 0 && d < c.shape.size() && !zero_is_zero) shape[d] = c.shape[d];
      if (shape[d] == -1) unknown = d;
    }
    std::uint64_t const bytes = c.tensor->bytes.size();
    if (unknown < shape.size()) {
      shape[unknown] = 1;
      std::uint64_t const rest = tensor_bytes(shape, c.type()).value_or(0);
      if (rest != 0) shape[unknown] = static_cast<std::int64_t>(bytes / rest);
    }
    if (shape.size() > 32 || tensor_bytes(shape, c.type()) != bytes)
      throw io::onnx_refusal{"it gives the constant '" + c.name().substr(0, 100) + "' a shape of another size"};
    return shape;
  }

  /// A slice of a list.
  [[nodiscard]] std::vector<std::int64_t> sliced(io::onnx_node const& node,
                                                 std::vector<std::int64_t> const& from) const {
    auto const n = static_cast<std::int64_t>(from.size());
    std::vector<std::int64_t> const starts = list(node, 1, "starts");
    std::vector<std::int64_t> const ends = list(node, 2, "ends");
    if (starts.size() != 1 || ends.size() != 1 || list(node, 4, "steps", {1}) != std::vector<std::int64_t>{1})
      throw io::onnx_refusal{"it takes no plain part of a list"};
    auto const place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n); };
    std::int64_t const first = place(starts[0]);
    return {from.begin() + first, from.begin() + core::larger(first, place(ends[0]))};
  }

  std::uint64_t budget_;
  std::map<std::string, onnx_constant> constants_;
};

}  // namespace polyfold::detail
