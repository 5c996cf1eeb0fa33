// expect: polyfold: dequantise.bytes, net. takes a network<description, in_bytes>
// The numbers of another network have other places.

#include <polyfold/fit/quantise.hpp>
#include <polyfold/inference.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;
constexpr auto other = input<1, 28, 28> | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
void convert(network<description, in_bytes> const& bytes, network<description>& net) { dequantise(bytes, net); }
#else
void convert(network<description, in_bytes> const& bytes, network<other>& net) { dequantise(bytes, net); }
#endif
