// The tensors of one layer in a file of weights, whatever wrote the file: what they are to the layer and how their axes
// lie.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold {

/// What a tensor is to its module. gamma to variance: batch norm's; scale and shift: scale_shift's.
enum class weight_part { weight, bias, gamma, beta, mean, variance, scale, shift };

[[nodiscard]] constexpr std::string_view part_name(weight_part part) {
  constexpr std::array<std::string_view, 8> names{"weight", "bias",     "gamma", "beta",
                                                  "mean",   "variance", "scale", "shift"};
  return names[static_cast<std::size_t>(part)];
}

/// The order of a weight's axes. Outputs first or last; the inputs in the order channels, rows, columns, or with the
/// channels last. PyTorch: O C H W; Keras: H W C O. The weights of linear layers have the same order, flattened.
struct weight_layout {
  bool outputs_first = true;
  bool channels_last = false;
  friend constexpr bool operator==(weight_layout const&, weight_layout const&) = default;
};

/// y = scale x + shift: a number of each for every channel, or one for all.
struct channel_scaling {
  std::vector<double> scale{1};
  std::vector<double> shift{0};

  [[nodiscard]] static double at(std::vector<double> const& values, std::size_t channel) {
    return values.size() == 1 ? values[0] : values[channel];
  }
  [[nodiscard]] bool shifts() const {
    return std::any_of(shift.begin(), shift.end(), [](double s) { return s != 0; });
  }
  [[nodiscard]] bool scales() const {
    return std::any_of(scale.begin(), scale.end(), [](double s) { return s != 1; });
  }
  /// This one first, then `next`.
  [[nodiscard]] channel_scaling then(channel_scaling const& next) const {
    channel_scaling both;
    both.scale.resize(larger(scale.size(), next.scale.size()));
    both.shift.resize(larger(shift.size(), next.scale.size(), next.shift.size()));
    for (std::size_t c = 0; c < both.scale.size(); ++c) both.scale[c] = at(scale, c) * at(next.scale, c);
    for (std::size_t c = 0; c < both.shift.size(); ++c)
      both.shift[c] = at(shift, c) * at(next.scale, c) + at(next.shift, c);
    return both;
  }
};

/// The tensors of one layer in the file.
struct weight_module {
  enum class kind { weighted, normalising, scaling, slopes };  ///< slopes: of a PReLU, one for each channel or for all
  struct part {
    weight_part is;
    stored_tensor tensor;
  };
  std::string name;
  kind is = kind::weighted;
  weight_layout layout{};
  float epsilon = 1e-5f;  ///< of batch norm: what is added to the variance
  std::vector<part> parts{};
  /// Of a graph: what is done to the inputs of the layer, and to its outputs, that its weights and biases take up.
  std::optional<channel_scaling> before{};
  std::optional<channel_scaling> behind{};

  [[nodiscard]] part const* find(weight_part wanted) const {
    auto const found = std::find_if(parts.begin(), parts.end(), [&](part const& p) { return p.is == wanted; });
    return found == parts.end() ? nullptr : &*found;
  }
};

}  // namespace polyfold
