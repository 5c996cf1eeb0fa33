// expect: polyfold: a packed_network<description> packs a network<description>
// Likewise where it is constructed.

#include <polyfold/inference.hpp>
#include <polyfold/packed_network.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
static network<description> net;
#else
static network<description, in_bytes> net;
#endif

static packed_network<description> fast(net);
