// expect: polyfold: quantise.net, bytes. takes a network<description>
// From bytes to a network it is dequantise.

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
void convert(network<description, in_bytes> const& bytes, network<description>& net) { dequantise(bytes, net); }
#else
void convert(network<description, in_bytes> const& bytes, network<description>& net) { quantise(bytes, net); }
#endif
