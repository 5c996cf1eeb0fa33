// expect: polyfold: a packed network packs a network of the same description and kind of numbers
// Likewise where it is constructed.

#include <polyfold/inference.hpp>
#include <polyfold/packed.hpp>

using namespace polyfold;

constexpr auto description = input<1, 28, 28> | conv2d<6, 5> | relu | dense<10>;

#ifdef POLYFOLD_COMPILE_PASS
static network<description> net;
#else
static network<description, in_bytes> net;
#endif

static network<description, in_floats, packed> fast{net};
