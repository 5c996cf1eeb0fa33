// The networks of tiny_runs, and the functions that train them.
#pragma once

#include <string>

#include <polyfold/inference.hpp>
#include <polyfold/train/trainer.hpp>

#include "experiment.hpp"

namespace tiny {

using namespace polyfold;

template <auto Option = exact>
inline constexpr auto make = input<1, 28, 28> | conv2d<4, 5>(stride<4>, Option) | batch_norm | relu | dense<10>(Option);

inline constexpr auto dense_network = make<>;
inline constexpr auto folded_network = make<along<axis::kernel, linear>>;
inline constexpr auto thin_network = input<1, 28, 28> | max_pool<4> | dense<10>;

[[nodiscard]] inline training_options options() {
  training_options o{.epochs = 4};
  o.batch = 16;
  return o;
}

void train(experiment&, std::string const& name);
void fold(experiment&, std::string const& name);
void round(experiment&, std::string const& name);
void train_thin(experiment&, std::string const& name);

}  // namespace tiny
