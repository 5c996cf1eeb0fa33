// The tensors of one layer in a file of weights, whatever wrote the file: what they are to the layer and how their axes
// lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <polyfold/core/arithmetic.hpp>
#include <polyfold/io/tensors.hpp>

namespace polyfold::io {

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
    both.scale.resize(core::larger(scale.size(), next.scale.size()));
    both.shift.resize(core::larger(shift.size(), next.scale.size(), next.shift.size()));
    for (std::size_t c = 0; c < both.scale.size(); ++c) both.scale[c] = at(scale, c) * at(next.scale, c);
    for (std::size_t c = 0; c < both.shift.size(); ++c)
      both.shift[c] = at(shift, c) * at(next.scale, c) + at(next.shift, c);
    return both;
  }
};

}  // namespace polyfold::io

namespace polyfold {

/// The tensors of one layer in the file.
struct weight_module {
  /// slopes: of a PReLU, one for each channel or for all; other: what no framework has a name for.
  enum class kind { weighted, normalising, scaling, slopes, other };
  struct part {
    std::string is;  ///< as the layer calls what it stores: see layers/stored_part.hpp
    stored_tensor tensor;
  };
  std::string name;
  kind is = kind::weighted;
  io::weight_layout layout{};
  float epsilon = 1e-5f;  ///< of batch norm: what is added to the variance
  std::vector<part> parts{};
  /// Of a graph: what is done to the inputs of the layer, and to its outputs, that its weights and biases take up.
  std::optional<io::channel_scaling> before{};
  std::optional<io::channel_scaling> behind{};

  [[nodiscard]] part const* find(std::string_view wanted) const {
    auto const found = std::find_if(parts.begin(), parts.end(), [&](part const& p) { return p.is == wanted; });
    return found == parts.end() ? nullptr : &*found;
  }
};

}  // namespace polyfold

namespace polyfold::io {

/// The kind of module whose first part this is, of a layer without weights that can be approximated.
[[nodiscard]] constexpr weight_module::kind kind_with(std::string_view first_part) {
  using kind = weight_module::kind;
  return first_part == "gamma"   ? kind::normalising
         : first_part == "scale" ? kind::scaling
         : first_part == "slope" ? kind::slopes
                                 : kind::other;
}

}  // namespace polyfold::io
