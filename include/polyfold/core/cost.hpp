// What a layer or a network costs: everything it stores and every operation of one inference.
#pragma once

namespace polyfold {

/// Costs add up. `dense` fields describe the same layer without approximation, for the ratios.
struct cost {
  long long weights = 0;            ///< dense weights that the layer stands for, biases excluded
  long long dense_parameters = 0;   ///< all numbers of the dense layer: weights, biases, batch norm
  long long coefficients = 0;       ///< stored parameters that replace the weights
  long long stored_parameters = 0;  ///< all stored parameters: coefficients, biases, batch norm
  long long byte_parameters = 0;    ///< of the stored parameters: those that take one byte; the others take four
  long long scale_bytes = 0;        ///< scales of the numbers that take one byte
  long long map_bytes = 0;          ///< index maps of arranged weights, packed
  long long table_bytes = 0;        ///< constants of bases that running sums do not serve, at the first use of each
  long long multiplications = 0;    ///< per inference, moments and expansion included
  long long additions = 0;          ///< per inference, moments and expansion included
  long long dense_multiplications = 0;
  long long dense_additions = 0;

  /// Bytes that are particular to this network: stored parameters, their scales and index maps.
  [[nodiscard]] constexpr long long stored_bytes() const {
    return 4 * (stored_parameters - byte_parameters) + byte_parameters + scale_bytes + map_bytes;
  }
  /// Bytes of constant memory that a program holds for it: stored bytes and constants of bases.
  [[nodiscard]] constexpr long long flash_bytes() const { return stored_bytes() + table_bytes; }

  constexpr cost& operator+=(cost const& b) {
    weights += b.weights;
    dense_parameters += b.dense_parameters;
    coefficients += b.coefficients;
    stored_parameters += b.stored_parameters;
    byte_parameters += b.byte_parameters;
    scale_bytes += b.scale_bytes;
    map_bytes += b.map_bytes;
    table_bytes += b.table_bytes;
    multiplications += b.multiplications;
    additions += b.additions;
    dense_multiplications += b.dense_multiplications;
    dense_additions += b.dense_additions;
    return *this;
  }
  friend constexpr cost operator+(cost a, cost const& b) { return a += b; }
  friend constexpr bool operator==(cost const&, cost const&) = default;
};

/// The three ratios; never to be mixed. `approximated` is the sum over the approximated layers only, `total` over all.
[[nodiscard]] constexpr double coefficient_ratio(cost const& approximated) {
  return approximated.coefficients == 0 ? 1.0 : double(approximated.weights) / double(approximated.coefficients);
}
[[nodiscard]] constexpr double parameter_ratio(cost const& total) {
  return total.stored_parameters == 0 ? 1.0 : double(total.dense_parameters) / double(total.stored_parameters);
}
[[nodiscard]] constexpr double byte_ratio(cost const& total) {
  return total.stored_bytes() == 0 ? 1.0 : 4.0 * double(total.dense_parameters) / double(total.stored_bytes());
}

}  // namespace polyfold
