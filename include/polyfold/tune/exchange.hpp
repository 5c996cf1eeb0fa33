// Which layer gives up how much: the search of the tuner, on numbers alone.
//
// A network is made of parts (a layer's weights, or its biases). Each has choices with a size, in bytes or
// multiplications, and an error, the rise of the loss that the choice alone causes. If errors add up, the networks of
// least error for their size are those of least (error + lambda size) for some lambda; as lambda grows, one part after the
// other moves along the lower convex hull of its choices, the least error per saved size first. That is the order here.
//
// Losses level off: what ruins a network altogether costs little per size saved, and the hull leads straight there. So a
// part shrinks by so much at once, and no further before the errors have been measured anew.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <polyfold/basis/approximation.hpp>
#include <polyfold/core/arithmetic.hpp>

namespace polyfold::tuning {

struct tuning_choice {
  approximation cuts{};  ///< of the weights alone, or of the biases alone
  long long size = 0;
  double error = 0;  ///< above the present choice's
};

struct tuning_part {
  std::size_t layer = 0;  ///< among the layers with weights
  bool biases = false;
  std::vector<tuning_choice> choices{};  ///< the exact one first
  std::size_t present = 0;
};

/// A part that moves to another choice.
struct exchange {
  std::size_t part = 0;
  std::size_t choice = 0;
  double rate = 0;  ///< error per unit of size saved
};

/// All moves to smaller choices, from the present ones on, in the order of their rates. Parts keep `least` of their
/// present size, or move to their next choice.
[[nodiscard]] inline std::vector<exchange> exchanges(std::vector<tuning_part> const& parts, double least = 0) {
  std::vector<exchange> all;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    auto const& choices = parts[p].choices;
    auto const none = choices.size();
    long long const present = choices[parts[p].present].size;
    long long floor = 0;  // the next smaller size
    for (tuning_choice const& c : choices)
      if (c.size < present) floor = core::larger(floor, c.size);
    floor = core::smaller(floor, static_cast<long long>(least * double(present)));
    for (std::size_t at = parts[p].present;;) {
      exchange next{p, none, 0};
      for (std::size_t c = 0; c < choices.size(); ++c) {
        if (choices[c].size >= choices[at].size || choices[c].size < floor) continue;
        double const rate = (choices[c].error - choices[at].error) / double(choices[at].size - choices[c].size);
        if (next.choice == none || rate < next.rate ||
            (rate == next.rate && choices[c].size < choices[next.choice].size))
          next = {p, c, rate};
      }
      if (next.choice == none) break;
      all.push_back(next);
      at = next.choice;
    }
  }
  // The moves of a part have rising rates, so that they stay in order.
  std::stable_sort(all.begin(), all.end(), [](exchange const& a, exchange const& b) { return a.rate < b.rate; });
  return all;
}

/// The approximation of each of `layers` layers that the present choices make up.
[[nodiscard]] inline std::vector<approximation> present_approximations(std::vector<tuning_part> const& parts,
                                                                       std::size_t layers) {
  std::vector<approximation> all(layers);
  for (tuning_part const& part : parts) {
    approximation& a = all[part.layer];
    approximation const& cuts = part.choices[part.present].cuts;
    if (part.biases) {
      a.bias = cuts.bias;
    } else {
      cut const bias = a.bias;
      a = cuts;
      a.bias = bias;
    }
  }
  return all;
}

}  // namespace polyfold::tuning
