// The networks of tiny_runs.
#pragma once

#include <polyfold/inference.hpp>

namespace tiny {

using namespace polyfold;

template <auto Option = exact>
inline constexpr auto make = input<1, 28, 28> | conv2d<4, 5>(stride<4>, Option) | batch_norm | relu | dense<10>(Option);

inline constexpr auto dense_network = make<>;
inline constexpr auto folded_network = make<along<axis::kernel, linear>>;
inline constexpr auto thin_network = input<1, 28, 28> | max_pool<4> | dense<10>;
inline constexpr auto arranged_network = make<arranged_per_filter<4, constant, 2>>;

}  // namespace tiny
