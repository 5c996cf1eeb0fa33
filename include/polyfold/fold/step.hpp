// The pieces that a program is assembled from: operations, and where each reads.
#pragma once

#include <polyfold/core/type_list.hpp>

namespace polyfold::fold {

/// One operation of a stage and its sources: an input of the stage, or an earlier step of it by number.
template <class Operation, int... Sources>
struct step {};
inline constexpr int layer_input = -1;
inline constexpr int second_layer_input = -2;

/// The steps of one layer and the values that it reads: 0 is the network's input, i + 1 what stage i computes, -1 nothing.
template <class Steps, int First, int Second = -1>
struct stage {};

}  // namespace polyfold::fold
