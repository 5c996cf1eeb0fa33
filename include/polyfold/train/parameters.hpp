// The coordinates in which a network is trained.
//
// A network stores its coefficients in the basis that makes inference cheap. Training sees the same coefficients in the
// orthonormal basis of every cut axis, where gradients are well scaled: master = R * stored, and for gradients
// d/d master = R^-T * d/d stored (fit/basis_changes.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

#include <polyfold/core/for_constexpr.hpp>
#include <polyfold/fit/basis_changes.hpp>
#include <polyfold/layers/layer.hpp>
#include <polyfold/layers/stored_part.hpp>
#include <polyfold/network.hpp>

namespace polyfold::training {

template <class Network>
class parameter_space {
 public:
  /// Learning rates are scaled per layer by sqrt(weights / coefficients), so that the weights move as far as those of a
  /// dense layer would, and for dense layers by `dense_rate` on top.
  explicit parameter_space(float dense_rate = 0.25f) : rates_(Network::program_type::parameters, 1.0f) {
    core::for_constexpr<Network::layers>([&]<int I>() { add_layer<I>(dense_rate); });
  }

  [[nodiscard]] std::vector<part_role> const& roles() const& { return roles_; }
  /// Factor on the learning rate of every number.
  [[nodiscard]] std::vector<float> const& rates() const& { return rates_; }
  // Of a temporary, which takes them with it.
  std::vector<part_role> const& roles() const&& = delete;
  std::vector<float> const& rates() const&& = delete;

  [[nodiscard]] std::vector<float> master_of(Network const& net) const {
    std::vector<float> master(net.parameters.begin(), net.parameters.end());
    for (block const& b : blocks_) multiply(b.to_orthonormal, b, master.data());
    return master;
  }
  void store(std::vector<float> const& master, Network& net) const {
    std::copy(master.begin(), master.end(), net.parameters.begin());
    for (block const& b : blocks_) multiply(b.from_orthonormal, b, net.parameters.data());
  }
  /// Turns d / d stored into d / d master, in place.
  void to_master_gradient(std::vector<float>& gradient) const {
    for (block const& b : blocks_) multiply(b.gradient, b, gradient.data());
  }

 private:
  struct block {
    int offset;
    least_squares::basis_change::position at;
    least_squares::matrix to_orthonormal;
    least_squares::matrix from_orthonormal;
    least_squares::matrix gradient;
  };

  static void multiply(least_squares::matrix const& by, block const& b, float* parameters) {
    std::size_t const count = std::size_t(b.at.outer) * std::size_t(by.columns) * std::size_t(b.at.inner);
    std::vector<float> const before(parameters + b.offset, parameters + b.offset + count);
    least_squares::multiply_along(by, b.at.outer, b.at.inner, before.data(), parameters + b.offset);
  }

  void add_changes(std::vector<least_squares::basis_change> const& changes, int offset) {
    for (least_squares::basis_change const& m : changes)
      blocks_.push_back({offset, m.in_coefficients, m.to_orthonormal, m.from_orthonormal,
                         least_squares::transposed(m.from_orthonormal)});
  }

  template <int I>
  void add_layer(float dense_rate) {
    using layer_type = typename Network::template layer_at<I>;
    int const first = Network::first_parameter(I);
    for (stored_part const& part : Network::template layer_parts<I>())
      roles_.insert(roles_.end(), std::size_t(part.count), part.role);
    if constexpr (weighted_layer<layer_type>) {
      least_squares::basis_changes const changes =
          least_squares::basis_changes_of<layer_type, Network::template layer_input_shape<I>()>();
      add_changes(changes.weights, first);
      add_changes(changes.biases, first + changes.coefficients);
      constexpr cost c = Network::template layer_cost<I>();
      float rate = std::sqrt(float(c.weights) / float(c.coefficients));
      // A level serves many weights: its coefficients are as sensitive as single weights.
      if (layer_type::spec.approximated.arranged.used) rate = 1;
      if (Network::layer_output_shape(I).pixels() == 1) rate *= dense_rate;
      std::fill_n(rates_.begin() + first, changes.coefficients, rate);
    }
  }

  std::vector<part_role> roles_;
  std::vector<float> rates_;
  std::vector<block> blocks_;
};

}  // namespace polyfold::training

namespace polyfold {

namespace detail {
/// A normal number by Box and Muller: the standard library's differ from one implementation to the next.
[[nodiscard]] inline float normal_number(std::mt19937_64& random) {
  auto const uniform = [&] { return (double(random() >> 11) + 0.5) / 9007199254740992.0; };
  double const radius = std::sqrt(-2 * std::log(uniform()));
  return float(radius * std::cos(6.283185307179586 * uniform()));
}
}  // namespace detail

/// Numbers for training from nothing: what the parts of each layer begin with, weights at random (see stored_part.hpp).
template <class Network>
void initialise(Network& net, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  training::parameter_space<Network> const space;
  std::vector<float> master;
  auto const add = [&](stored_part const& part) {
    float const deviation = std::sqrt(part.variance);
    for (int i = 0; i < part.count; ++i)
      master.push_back(part.variance > 0 ? part.initial + deviation * detail::normal_number(random) : part.initial);
  };
  core::for_constexpr<Network::layers>([&]<int I>() {
    if constexpr (weighted_layer<typename Network::template layer_at<I>>)
      static_assert(!Network::template layer_at<I>::spec.approximated.arranged.used,
                    "polyfold: arranged weights are fitted to trained ones: there is nothing to draw at random");
    for (stored_part const& part : Network::template layer_parts<I>()) add(part);
  });
  space.store(master, net);
}

}  // namespace polyfold
