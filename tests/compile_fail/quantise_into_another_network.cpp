// expect: polyfold: quantise.net, bytes. takes a network<description>
// The bytes of another network have other places.

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
void convert(network<description> const& net, network<description, in_bytes>& bytes) { quantise(net, bytes); }
#else
void convert(network<description> const& net, network<other, in_bytes>& bytes) { quantise(net, bytes); }
#endif
