// The network of tests/goldens/make_import_goldens.py as polyfold's types.
#pragma once

#include <polyfold/layers/activation.hpp>
#include <polyfold/layers/batch_norm.hpp>
#include <polyfold/layers/chain.hpp>
#include <polyfold/layers/conv2d.hpp>
#include <polyfold/layers/dense.hpp>

namespace test {

inline constexpr auto imported_block = polyfold::residual(
    polyfold::conv2d<6, 3>(polyfold::stride<2>, polyfold::padding<1>, polyfold::no_bias) | polyfold::batch_norm |
        polyfold::relu | polyfold::conv2d<6, 3>(polyfold::padding<1>, polyfold::no_bias) | polyfold::batch_norm,
    polyfold::conv2d<6, 1>(polyfold::stride<2>, polyfold::no_bias) | polyfold::batch_norm);
inline constexpr auto imported_head = polyfold::input<2, 9, 7> | polyfold::conv2d<4, 3>(polyfold::padding<1>) |
                                      polyfold::batch_norm | polyfold::relu | imported_block | polyfold::relu |
                                      polyfold::conv2d<6, 3>(polyfold::groups<6>) | polyfold::relu;

inline constexpr auto imported = imported_head | polyfold::conv2d<5, 3, 2> | polyfold::relu | polyfold::dense<3>;
/// The last two layers the other way round.
inline constexpr auto imported_dense = imported_head | polyfold::dense<5> | polyfold::relu | polyfold::conv2d<3, 1>;

}  // namespace test
