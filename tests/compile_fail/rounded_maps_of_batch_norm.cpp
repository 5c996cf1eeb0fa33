// expect: polyfold: maps are rounded to those of an integer network, and this one has no integer form
// Batch norm is folded into its layers before.

#include <polyfold/fit/rounded_maps.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

#ifdef POLYFOLD_COMPILE_PASS
constexpr auto layers = input<1, 8, 8> | conv2d<4, 3> | relu | dense<10>;
#else
constexpr auto layers = input<1, 8, 8> | conv2d<4, 3> | batch_norm | relu | dense<10>;
#endif

rounded_maps<network<layers>> maps(calibration<network<layers>> const& seen) { return {seen, normalisation()}; }
