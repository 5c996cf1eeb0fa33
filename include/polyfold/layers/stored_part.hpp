// What a layer stores, part by part: its numbers in their order, as initialisation, training, bytes, files and import see
// them. batch_norm, for one:
//
//   template <shape In>
//   static constexpr std::array parts{stored_part{.name = "gamma", .count = In.channels, .initial = 1, .in_bytes = false},
//                                     ...};
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace polyfold {

/// What training does with the numbers of a part.
enum class part_role : std::uint8_t {
  weight,     // descends; weight decay applies
  bias,       // descends: biases, scales and shifts, slopes
  statistic,  // averages what backward leaves in its place of the gradient: running mean or variance
};

struct stored_part {
  char const* name;                  // the field's term for one: "weight", "bias", "slope"
  int count;                         // of numbers
  part_role role = part_role::bias;  // in training
  float initial = 0;                 // number that training from nothing begins with,
  float variance = 0;                // and the variance of a normal one that is added, in the coordinates of training
  bool in_bytes = true;              // may take one byte each; a layer does if all its parts may
  bool nonnegative = false;          // below 0 there are none: of statistics only, as training would not keep to it
};

namespace detail {

/// How many numbers the parts name; -1 where one cannot be.
template <std::size_t Count>
[[nodiscard]] constexpr int named_parameters(std::array<stored_part, Count> const& parts) {
  int parameters = 0;
  for (stored_part const& p : parts) {
    if (p.count < 1 || (p.nonnegative && p.role != part_role::statistic)) return -1;
    parameters += p.count;
  }
  return parameters;
}

template <std::size_t Count>
[[nodiscard]] constexpr bool all_in_bytes(std::array<stored_part, Count> const& parts) {
  for (stored_part const& p : parts)
    if (!p.in_bytes) return false;
  return Count > 0;
}

template <std::size_t Count>
[[nodiscard]] constexpr bool any_statistic(std::array<stored_part, Count> const& parts) {
  for (stored_part const& p : parts)
    if (p.role == part_role::statistic) return true;
  return false;
}

}  // namespace detail
}  // namespace polyfold
