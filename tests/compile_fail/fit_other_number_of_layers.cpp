// expect: polyfold: networks are fitted layer by layer and must have the same input and the same layers
// A layer more.

#include <polyfold/fit/fit.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto from = input<1, 4, 4> | dense<3>;
#ifdef POLYFOLD_COMPILE_PASS
constexpr auto to = input<1, 4, 4> | dense<3>(along<axis::kernel, linear>);
#else
constexpr auto to = input<1, 4, 4> | relu | dense<3>(along<axis::kernel, linear>);
#endif

void convert(network<from> const& source, network<to>& target) { fit(source, target); }
