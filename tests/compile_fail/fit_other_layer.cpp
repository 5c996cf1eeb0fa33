// expect: layers that are fitted to each other differ in their approximation only
// A dense layer is no 1 x 1 convolution, though both have three outputs.
#include <polyfold/fit/fit.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto from = input<1, 4, 4> | dense<3>;
#ifndef POLYFOLD_COMPILE_PASS
constexpr auto to = input<1, 4, 4> | conv2d<3, 1>;
#else
constexpr auto to = input<1, 4, 4> | dense<3>(along<axis::kernel, linear>);
#endif

void convert(network<from> const& source, network<to>& target) { fit(source, target); }
