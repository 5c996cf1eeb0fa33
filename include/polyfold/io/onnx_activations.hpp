// Which activation computes an ONNX operator: one line each.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <polyfold/core/is_finite.hpp>
#include <polyfold/io/onnx_file.hpp>

namespace polyfold::detail {

/// An attribute of an operator that an activation fixes, or that is a number of its type.
struct onnx_activation_attribute {
  std::string_view name{};
  float by_default = 0;          // in ONNX
  std::optional<float> fixed{};  // else a number of the activation's type
};

struct onnx_activation {
  std::string_view operation;
  std::string_view layer;  // its name in polyfold
  std::array<onnx_activation_attribute, 2> attributes{};
};

inline constexpr std::array onnx_activations{
    onnx_activation{"Relu", "relu"},
    onnx_activation{"LeakyRelu", "leaky_relu", {{{"alpha", 0.01f}}}},
    onnx_activation{"Elu", "elu", {{{"alpha", 1}}}},
    onnx_activation{"Tanh", "tanh"},
    onnx_activation{"Sigmoid", "sigmoid"},
    onnx_activation{"HardSigmoid", "hard_sigmoid", {{{"alpha", 0.2f, 1.0f / 6}, {"beta", 0.5f, 0.5f}}}},
    onnx_activation{"HardSwish", "hard_swish"},
    onnx_activation{"Erf", "erf"},  // a part of gelu
};

/// Gelu is two activations, by a word.
[[nodiscard]] inline std::string gelu_named(std::string const& approximate) {
  if (approximate == "none") return "gelu";
  if (approximate == "tanh") return "gelu_tanh";
  throw io::onnx_refusal{"its approximation is not known"};
}

/// max(low, min(x, high)) as an activation, with the numbers of its type; no name: the identity.
struct clipping {
  std::string layer;
  std::vector<float> numbers;
};
[[nodiscard]] inline clipping clipping_between(float low, float high) {
  constexpr float largest = (std::numeric_limits<float>::max)();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  auto const is = [](float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); };
  bool const unbounded = is(high, largest) || is(high, infinite);
  if (unbounded && (is(low, -largest) || is(low, -infinite))) return {};
  if (low != 0 || !core::is_finite(low) || (!unbounded && (!core::is_finite(high) || high <= 0)))
    throw io::onnx_refusal{"no activation has these bounds; bounded_relu goes from 0 to a number above it"};
  if (unbounded) return {"relu", {}};
  return {"bounded_relu", {high}};
}

/// The numbers that an activation's type must have. Throws onnx_refusal where the node's attributes are not its.
[[nodiscard]] inline std::vector<float> activation_numbers(onnx_activation const& activation,
                                                           io::onnx_node const& node) {
  std::vector<float> numbers;
  for (onnx_activation_attribute const& a : activation.attributes) {
    if (a.name.empty()) continue;
    float const value = node.number(std::string(a.name), a.by_default);
    if (!a.fixed)
      numbers.push_back(value);
    else if (!(std::abs(value - *a.fixed) <= 1e-6f))
      throw io::onnx_refusal{std::string(activation.layer) + " has another " + std::string(a.name)};
  }
  return numbers;
}

}  // namespace polyfold::detail
